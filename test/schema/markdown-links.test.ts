import fc from 'fast-check';
import { siteLinksIn } from '../../src/schema/markdown-links.js';

const waysIn = (text: string): readonly string[] => Array.from(siteLinksIn(text), ({ way }) => way);

describe('the links within the site in a text of Markdown', () => {
  it.each<[string, string, readonly string[]]>([
    ['a link', 'See [the guide](guide.md).', ['./guide.md']],
    ['a picture', '![Gate](images/gate.jpg)', ['./images/gate.jpg']],
    ['a picture that is a link', '[![Gate](a.jpg)](/gate)', ['./a.jpg', '/gate']],
    ['a title', '[a](b.md "The [b](c) of it")', ['./b.md', './c']],
    ['angle brackets, with spaces inside', '[a](<my file.png>)', ['./my file.png']],
    ['a line break before it', '[a](\n  b.md)', ['./b.md']],
    ['parentheses in pairs', '[a](b_(c).png) (d)', ['./b_(c).png']],
    ['a definition', '[a]\n\n[a]: ../b.md "B"', ['../b.md']],
    ['a definition on the next line, in a quotation', '> [a]:\n  <b c>', ['./b c']],
    ['HTML', `<img alt="x" src="a.png"><a href = 'b.md'>`, ['./a.png', './b.md']],
    ['way up and down', '[a](./../x/../../y/./z)', ['../../y/z']],
    ['from the top of the site', '[a](/b/../../c)', ['/c']],
    ['a directory, and slashes too many', '[a](b/) [c](d//e)', ['./b', './d/e']],
    ['what comes after the path', '[a](b.md#top) [c](d?e=/f) [g](/h?i#j)', ['./b.md', './d', '/h']],
    ['names that are encoded', '[a](b%20c/%C3%A4.png) [d](e\\_f.md)', ['./b c/ä.png', './e_f.md']],
    ['percent signs that encode nothing', '[a](100%.md) [b](%ff.md)', ['./100%.md', './%ff.md']],
    ['escaped parentheses', '[a](b\\(c\\)\\).md)', ['./b(c)).md']],
    ['both of two', '[a](b)[c](d)', ['./b', './d']],
  ])('%s', (_what, text, expected) => {
    expect(waysIn(text)).toEqual(expected);
  });

  it.each<[string, string]>([
    [
      'elsewhere',
      '[a](https://example.org/b) [c](//example.org) [d](mailto:e@example.org) [f](javascript:x)',
    ],
    ['a place in the same page', '[a](#b) [c](?d)'],
    ['nothing', '[a]() [b](<>) [c]( ) <img src="">'],
    ['no name', '[a](..) [b](./) [c](/) [d](../../.) [e](x/..)'],
    ['a name that there can not be', '[a](b%2Fc)'],
    ['a path longer than any', `[a](${'b/'.repeat(2_500)}c)`],
    ['further up than any page is deep', `[a](${'../'.repeat(101)}b)`],
    ['what is escaped', '\\[a\\](b)'],
    ['a span of code', '`[a](b)` `` [c](d) ``'],
    ['blocks of code', '```md\n[a](b)\n```\n\n~~~~\n[c](d)\n~~~\n[e](f)\n~~~~\n'],
    ['a block of code in a list, which nothing closes', '- x\n\n  ```\n  [a](b)\n'],
    ['brackets without a link', '[a] (b) [c]d(e) f: ](  '],
  ])('%s is none', (_what, text) => {
    expect(waysIn(text)).toEqual([]);
  });

  it('go on after a block of code, and after a span of code that looks like the beginning of one', () => {
    expect(waysIn('[a](b)\n```\n[c](d)\n```\n[e](f)')).toEqual(['./b', './f']);
    expect(waysIn('``` [a](b) ``` [c](d)\n[e](f)')).toContain('./f');
  });

  it('are told as they are written, too', () => {
    expect([...siteLinksIn('[a]( ./b%20c.md#d )')]).toEqual([{ written: './b%20c.md#d', way: './b c.md' }]);
  });

  it('are those of the URL Standard, whatever way leads to them', () => {
    const name = fc.stringMatching(/^[a-z0-9 _%?#()ä-]{1,6}$/);
    const step = fc.oneof(
      { weight: 3, arbitrary: name },
      { weight: 1, arbitrary: fc.constantFrom('..', '.') },
    );
    const path = fc.tuple(fc.constantFrom('', '/', './', '../'), fc.array(step, { maxLength: 5 }), name);
    const base = 'http://site/one/two/three/four/five/six/page';
    fc.assert(
      fc.property(path, ([start, steps, last]) => {
        const inAddress = [...steps, last].map((part) => encodeURIComponent(part).replace(/[()]/g, '\\$&'));
        const written = `${start}${inAddress.join('/')}`;
        fc.pre(!written.startsWith('//'));
        const [way = ''] = waysIn(`See [it](${written}).`);
        const expected = new URL(written.replace(/\\/g, ''), base).pathname;
        expect(new URL(way.split('/').map(encodeURIComponent).join('/'), base).pathname).toBe(expected);
      }),
    );
  });

  // Nothing is said of time: what takes the square of a length never ends here.
  it.each([
    '[',
    '](',
    '](<',
    '](((',
    '`',
    '``',
    '\\',
    '[a]:',
    '[a]:\n',
    '> ',
    '```\n',
    '~~~',
    'src=',
    'href="',
    "src='",
    '](a(',
    '%',
    '](/%',
    '(\n',
  ])('are looked for once, in a long row of %j, too', (part) => {
    const text = part.repeat(Math.ceil(3_000_000 / part.length));
    expect(waysIn(`[a](b)\n${text}`)[0]).toBe('./b');
  });
});
