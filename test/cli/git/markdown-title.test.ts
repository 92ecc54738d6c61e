import { markdownTitle } from '../../../src/cli/git/markdown-title.js';

test.each([
  ['an empty text', ''],
  ['text without a heading', 'Just text\n#hashtag\n'],
  ['a heading in a code fence', '```sh\n# comment\n```\n'],
  ['a heading in a fence that is never closed', '~~~\n# comment\n```\n'],
  ['a heading that is empty', '#\n## \n### ###\n'],
  ['a heading that is indented as code', '    # code\n'],
])('%s has no title', (_, text) => {
  expect(markdownTitle(text)).toBeNull();
});

test.each([
  ['the first heading', 'Text\n\n# One\n# Two\n', 'One'],
  ['one of any level', '### Deep\n# Top\n', 'Deep'],
  ['without closing marks', '## Title ##  \n', 'Title'],
  ['with marks that belong to it', '# C#\n', 'C#'],
  ['after a fence of more marks than are in it', '````\n```\n# no\n````\n# Yes\n', 'Yes'],
  ['after front matter', '---\n# comment\ntitle: x\n---\n# Yes\n', 'Yes'],
  ['with CRLF and a byte order mark', '\ufeff# Title\r\ntext\r\n', 'Title'],
])('the title is %s', (_, text, title) => {
  expect(markdownTitle(text)).toBe(title);
});
