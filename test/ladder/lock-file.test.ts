import {
  hashRungs,
  parseLock,
  printLock,
  requireReleased,
  type RungFile,
} from '../../src/ladder/lock-file.js';

const files: readonly RungFile[] = [
  { name: '0001-first.mjs', text: 'one\n' },
  { name: '0002-second.mjs', text: 'two\n' },
  { name: '0003-third.mjs', text: 'three\n' },
];
const lock = hashRungs(files, []);
const names = files.map(({ name }) => name);
const texts = (...changed: readonly string[]): readonly RungFile[] =>
  files.map(({ name, text }, index) => ({ name, text: changed[index] ?? text }));
const hash = 'a'.repeat(64);

describe('a lock file is refused', () => {
  it.each([
    ['a conflict that nobody resolved', '<<<<<<< HEAD\n', 'line 1 should be rung 1'],
    ['a hash that is cut off', `0001-first.ts ${hash.slice(1)}\n`, 'line 1 should be rung 1'],
    ['a number that is there twice', `0001-a.ts ${hash}\n0001-b.ts ${hash}\n`, 'line 2 should be rung 2'],
    ['rungs in another order', `0002-b.ts ${hash}\n0001-a.ts ${hash}\n`, 'line 1 should be rung 1'],
    ['an empty line between', `0001-a.ts ${hash}\n\n0002-b.ts ${hash}\n`, 'line 2 should be rung 2'],
  ])('for %s', (_what, text, message) => {
    expect(() => parseLock(text)).toThrow(message);
  });
});

describe('a released rung is missed', () => {
  it('when its file is gone, wherever it stood', () => {
    for (const gone of names) {
      expect(() => {
        requireReleased(
          names.filter((name) => name !== gone),
          lock,
        );
      }).toThrow(`rung ${gone} was released and is gone: put it back, and add a new rung`);
    }
  });

  it('when another has its number', () => {
    expect(() => {
      requireReleased(['0001-first.mjs', '0002-other.mjs', '0003-third.mjs'], lock);
    }).toThrow('rung 0002-second.mjs was released and has 0002-other.mjs in its place');
  });

  it('when two have changed places', () => {
    expect(() => {
      requireReleased(['0001-first.mjs', '0002-third.mjs', '0003-second.mjs'], lock);
    }).toThrow('rung 0002-second.mjs was released and has 0002-third.mjs in its place');
  });

  it('when its text is another', () => {
    expect(() => hashRungs(texts('one\n', 'TWO\n'), lock)).toThrow(
      'rung 0002-second.mjs was released and has changed: put it back, and add a new rung',
    );
  });
});

describe('the hash of a rung', () => {
  it('covers its text and all rungs before it', () => {
    const other = hashRungs(texts('one\n', 'TWO\n'), []);
    expect(other.map(({ hash: of }, index) => of === lock[index]?.hash)).toEqual([true, false, false]);
  });

  it('does not depend on the line ends of the machine', () => {
    expect(hashRungs(texts('one\r\n', 'two\r\n', 'three\r\n'), lock)).toEqual(lock);
  });

  it('is that of the lock for what was compiled from a released source', () => {
    const sources = lock.map(({ name, hash: of }) => ({ name: name.replace('.mjs', '.ts'), hash: of }));
    const compiled = files.map(({ name }) => ({ name: name.replace('.mjs', '.js'), text: '"use strict"' }));
    expect(hashRungs(compiled, sources).map(({ hash: of }) => of)).toEqual(lock.map(({ hash: of }) => of));
    expect(() => {
      requireReleased(
        compiled.map(({ name }) => name),
        sources,
      );
    }).not.toThrow();
  });

  it('goes on beyond the lock, where anything may change', () => {
    expect(hashRungs(files, lock.slice(0, 1))).toEqual(lock);
    expect(hashRungs(texts('one\n', 'TWO\n'), lock.slice(0, 1))[0]).toEqual(lock[0]);
  });
});

it('what is printed is read back, with the line ends of any machine', () => {
  expect(parseLock(printLock(lock))).toEqual(lock);
  expect(parseLock(printLock(lock).replaceAll('\n', '\r\n'))).toEqual(lock);
  expect(parseLock('')).toEqual([]);
});
