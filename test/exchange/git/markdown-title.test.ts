import { markdownTitle } from '../../../src/exchange/git/markdown-title.js';

test.each([
  ['an empty text', ''],
  ['text without a heading', 'Just text\n#hashtag\n'],
  ['a heading in a code fence', '```sh\n# comment\n```\n'],
  ['a heading in a fence that is never closed', '~~~\n# comment\n```\n'],
  ['a heading that is empty', '#\n## \n### ###\n'],
  ['a heading that is indented as code', '    # code\n'],
  ['a heading in a comment', '<!-- # no -->\n<!--\n# no\n\nNo\n==\n-->\n'],
  ['a heading in a comment that is never closed', '<!--\n# no\n'],
  ['a heading in HTML', '<pre>\n\n# no\n</pre>\n<div>\n# no\nNo\n---\n</div>\n'],
  ['a comment of the front matter', '---\n# comment\ntitle: x\n---\nText\n'],
  ['an underlined heading in a code fence', '```\nNo\n==\n```\n'],
  ['a line below nothing', '===\n\n---\n\n====\n'],
  [
    'a line below an item, a quotation, code, or a table',
    '- a\n---\n\n> a\n---\n\n1. a\n---\n\n    a\n---\n\n| a |\n| - |\n',
  ],
  ['a rule below a blank line', 'Text\n\n---\n'],
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
  ['underlined', 'Title\n=====\n', 'Title'],
  ['underlined by one mark, after front matter', '---\na: b\n---\n\n Title \n=  \n\n# Two\n', 'Title'],
  ['underlined by dashes', 'Title\n---\n# Two\n', 'Title'],
  ['of two lines', 'Intro\n\nA long\n  title\n===\n', 'A long title'],
  ['after a comment', '<!-- # no -->\n<!--\n# no\n-->\n# Yes\n', 'Yes'],
  ['after a comment that is empty', '<!---->\n# Yes\n', 'Yes'],
  ['after a code fence with text behind its mark', '``` # no\n# no\n``` no\n```\nYes\n---\n', 'Yes'],
  ['after HTML', '<p align="center">\n# no\n</p>\n\n# Yes\n', 'Yes'],
  ['underlined with CRLF', 'Title\r\n===\r\n', 'Title'],
  ['with CRLF and a byte order mark', '\ufeff# Title\r\ntext\r\n', 'Title'],
])('the title is %s', (_, text, title) => {
  expect(markdownTitle(text)).toBe(title);
});
