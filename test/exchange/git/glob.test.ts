import fc from 'fast-check';
import picomatch from 'picomatch';
import { globOf } from '../../../src/exchange/git/glob.js';

describe('what a pattern means', () => {
  test.each<[pattern: string, yes: readonly string[], no: readonly string[]]>([
    [
      '**/*.md',
      ['a.md', 'a/b.md', 'ä/日本 "x".md', 'a\nb.md', 'a/b/c/d.md'],
      ['a.txt', '.md', '.a/b.md', 'a/.b.md'],
    ],
    ['*.md', ['a.md'], ['a/b.md']],
    ['docs/**', ['docs/a', 'docs/a/b'], ['docs', 'docs/.a', 'doc/a']],
    ['**/{a,b/c}.md', ['a.md', 'b/c.md', 'x/b/c.md'], ['b.md', 'c.md']],
    ['{docs/,}*.{md,txt}', ['docs/a.md', 'a.txt'], ['other/a.md']],
    ['[a-c]?.md', ['ax.md', 'c😀.md'], ['dx.md', 'a/.md', 'a.md']],
    ['[!a-c].md', ['d.md'], ['a.md', '..md']],
    [String.raw`\*\[1\].md`, ['*[1].md'], ['a[1].md']],
    ['.github/**/*.md', ['.github/a.md'], ['.github/.a.md', 'github/a.md']],
  ])('%s', (pattern, yes, no) => {
    const matches = globOf(pattern);
    expect(yes.filter((path) => !matches(path))).toEqual([]);
    expect(no.filter(matches)).toEqual([]);
  });

  test('is what other programs take it for', () => {
    const name = fc.stringMatching(/^[ab.]{1,3}$/).filter((text) => !/^\.\.?$/.test(text));
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    const part = fc.constantFrom('a', 'b', '.a', '*', '?', 'a*', '*b', '[ab]', 'b[^a]', '{a,b}', '{a,b*}');
    const names = fc.array(fc.oneof(part, fc.constant('**')), { minLength: 1, maxLength: 4 });
    const pattern = names.filter((all) => all.at(-1) !== '**').map((all) => all.join('/'));
    fc.assert(
      fc.property(pattern, path, (glob, file) => {
        expect([glob, file, globOf(glob)(file)]).toEqual([glob, file, picomatch(glob)(file)]);
      }),
      { numRuns: 3000 },
    );
  });
});

test('no pattern makes a path cost more than their lengths', () => {
  const path = 'a'.repeat(20_000);
  for (const pattern of [
    '*a'.repeat(200) + 'b',
    '**/'.repeat(150) + 'b',
    '{a*,*a,*}'.repeat(50) + 'b',
    '{'.repeat(200) + 'a' + '}'.repeat(200),
  ])
    expect(globOf(pattern)(path)).toBe(false);
  expect(globOf('**/'.repeat(100) + 'b')('a/'.repeat(2_000) + 'c')).toBe(false);
});

test.each([
  ['', 'is empty'],
  ['a'.repeat(501), 'is longer than 500 characters'],
  ['!*.md', 'begins with a !'],
  ['+(a|b)*.md', 'has a ('],
  ['{a,b.md', 'has a { without its }'],
  ['a}.md', 'has a } without its {'],
  ['[a', 'has a [ without its ]'],
  ['[[:alpha:]]', 'has a class of characters by name'],
  ['{1..99999}', 'has a range in braces'],
  ['a\\', 'ends with a backslash'],
])('the pattern %j is refused: it %s', (pattern, fault) => {
  expect(() => globOf(pattern)).toThrow(`${fault}: --match takes`);
});
