import fc from 'fast-check';

/** Where texts of examples are taken from, beyond those that anybody would write. */
export interface Texts {
  /** What stands in the rungs: their own strings, and strings that their regular expressions match. */
  readonly literals: readonly string[];
  /** Numbers in the rungs, which may be lengths that texts are cut at. */
  readonly lengths: readonly number[];
  /** Texts of pages that are stored. */
  readonly stored: readonly string[];
}

export const noTexts: Texts = { literals: [], lengths: [], stored: [] };

const literalLimit = 400;
const lengthLimit = 5_000;

/**
 * What a function looks for in texts stands in its source, mostly.
 * @param sources of rungs, as JavaScript or TypeScript; what only looks like a literal in them does no harm
 */
export function textsIn(sources: readonly string[]): Pick<Texts, 'literals' | 'lengths'> {
  const literals = new Set<string>();
  const lengths = new Set<number>();
  for (const source of sources) {
    for (const [, , inside = ''] of source.matchAll(/(['"`])((?:(?!\1)[^\\]|\\[^])*?)\1/g)) {
      if (inside !== '' && inside.length < lengthLimit) literals.add(unescaped(inside));
    }
    for (const [, pattern = '', flags = ''] of source.matchAll(regularExpression)) {
      for (const text of matching(pattern, flags)) literals.add(text);
    }
    for (const [number] of source.matchAll(/\b\d[\d_]*\b/g)) {
      const length = Number(number.replaceAll('_', ''));
      if (length > 0 && length <= lengthLimit) lengths.add(length);
    }
  }
  return { literals: [...literals].slice(0, literalLimit), lengths: [...lengths] };
}

const regularExpression =
  /(?<=[(,=:[!&|?{};\s])\/((?:[^/\\\n[*]|\\.|\[(?:[^\]\\\n]|\\.)*\])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])*)\/([a-z]*)/g;

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2})|([^]))/gi, (...groups) => {
    const [, long, short, byte, plain] = groups as (string | undefined)[];
    const code = long ?? short ?? byte;
    if (code !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff));
    return escapes[plain ?? ''] ?? plain ?? '';
  });
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  0: '\0',
};

/** A few strings that a regular expression matches; none for one that can't be followed. */
function matching(pattern: string, flags: string): readonly string[] {
  try {
    const isUnicode = flags.includes('u') ? 'u' : '';
    return fc.sample(fc.stringMatching(new RegExp(pattern, isUnicode)), { numRuns: 6, seed: pattern.length });
  } catch {
    return []; // no regular expression at all, or one with a lookbehind
  }
}
