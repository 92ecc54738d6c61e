import fc from 'fast-check';
import { parseIndex, parsePointer, printPointer } from '../../src/schema/json/pointer.js';

describe('parsePointer', () => {
  it.each(['a', 'a/b', '#/a', ' /a', '/~', '/~2', '/a~', '/~~0', '/~01/~'])('refuses %j', (text) => {
    expect(parsePointer(text)).toBeUndefined();
  });

  // RFC 6901 §5
  it.each<[string, string[]]>([
    ['', []],
    ['/foo', ['foo']],
    ['/foo/0', ['foo', '0']],
    ['/', ['']],
    ['/a~1b', ['a/b']],
    ['/c%d', ['c%d']],
    ['/i\\j', ['i\\j']],
    ['/k"l', ['k"l']],
    ['/ ', [' ']],
    ['/m~0n', ['m~n']],
    ['/~01', ['~1']],
    ['//', ['', '']],
  ])('reads %j, and prints it the same', (text, tokens) => {
    expect(parsePointer(text)).toEqual(tokens);
    expect(printPointer(tokens)).toBe(text);
  });

  it('reads back whatever printPointer prints', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('~', '/', '0', '1', 'é', '') })), (tokens) => {
        expect(parsePointer(printPointer(tokens))).toEqual(tokens);
      }),
    );
  });
});

describe('parseIndex', () => {
  it.each(['', '-', '-1', '+1', '01', '00', '1.0', '1e0', ' 1', '1 ', '1\n', '٣'])(
    'takes %j for no index',
    (token) => {
      expect(parseIndex(token)).toBeUndefined();
    },
  );

  it.each([0, 1, 10, 4_294_967_296])('reads %d', (index) => {
    expect(parseIndex(String(index))).toBe(index);
  });
});
