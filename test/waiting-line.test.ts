import { WaitingLine } from '../src/waiting-line.js';

const nobody = (): boolean => false;

function lineOf(...jobs: readonly string[]): WaitingLine<string> {
  const line = new WaitingLine<string>();
  for (const job of jobs) line.add(job.charAt(0), job);
  return line;
}

function served(line: WaitingLine<string>): readonly string[] {
  return Array.from({ length: line.length }, () => line.next(nobody) ?? '');
}

describe('A waiting line', () => {
  it('gives everybody their turn, however many another has waiting', () => {
    expect(served(lineOf('a1', 'a2', 'a3', 'b1', 'c1', 'c2'))).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  it('passes over who is busy, and keeps what they wait for', () => {
    const line = lineOf('a1', 'b1');
    expect(line.next((who) => who === 'a')).toBe('b1');
    expect(line.next((who) => who === 'a')).toBeUndefined();
    expect([line.length, line.lengthOf('a'), line.lengthOf('b')]).toEqual([1, 1, 0]);
    expect(line.next(nobody)).toBe('a1');
    expect(line.next(nobody)).toBeUndefined();
  });

  it('can be cleared', () => {
    const line = lineOf('a1', 'b1', 'a2');
    expect(line.clear()).toEqual(['a1', 'a2', 'b1']);
    expect([line.length, line.lengthOf('a'), line.next(nobody)]).toEqual([0, 0, undefined]);
  });
});
