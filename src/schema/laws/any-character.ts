import fc from 'fast-check';

const firstSurrogate = 0xd800;
const surrogates = 0x800;

/**
 * Any code point but halves of pairs: what `unit: 'binary'` of fast-check is, without the table of all 1,112,064 of them that
 * it makes first, for a second.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.integer({ min: 0, max: 0x10ffff - surrogates }).map(
  (number) => String.fromCodePoint(number < firstSurrogate ? number : number + surrogates),
  (character) => {
    const code = typeof character === 'string' ? character.codePointAt(0) : undefined;
    if (code === undefined || String.fromCodePoint(code) !== character)
      throw new Error('no single character');
    const isSurrogate = code >= firstSurrogate && code < firstSurrogate + surrogates;
    if (isSurrogate) throw new Error('half of a pair');
    return code < firstSurrogate ? code : code - surrogates;
  },
);
