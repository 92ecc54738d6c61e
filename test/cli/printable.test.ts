import { printable, printableLines } from '../../src/printable.js';
import { run, succeed, temporaryDirectory } from './run.js';

test.each([
  ['\u001b[2J', String.raw`\u001b[2J`],
  ['a\u202eb', String.raw`a\u202eb`],
  ['a\nb\r', String.raw`a\u000ab\u000d`],
  ['\u0000\u007f\u009b31m', String.raw`\u0000\u007f\u009b31m`],
  ['\ud800 \u2028', String.raw`\ud800 \u2028`],
  ['Grüße, 🙂 עברית', 'Grüße, 🙂 עברית'],
])('a terminal shows %j, and does not obey it', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('lines of ours stay lines', () => {
  expect(printableLines('a\u001b\nb')).toBe('a\\u001b\nb');
});

test('a verb prints no name as it was made up to be obeyed', async () => {
  const data = temporaryDirectory();
  const name = 'A\u001b]0;x\u0007\n\u202e\u009bB';
  const shown = String.raw`A\u001b]0;x\u0007\u000a\u202e\u009bB`;
  expect(await succeed('token', 'create', '--role', 'editor', '--name', name, '--data', data)).toContain(
    shown,
  );
  expect(await succeed('token', 'list', '--data', data)).toContain(shown);
  const json = await succeed('token', 'list', '--data', data, '--json');
  for (const one of ['\u001b', '\u009b', '\u202e']) expect(json).not.toContain(one);
  expect((JSON.parse(json) as { name: string }[]).map((token) => token.name)).toContain(name);
  const refused = await run('token', 'create', '--role', 'editor', '--expires', 'x\u001b[2J', '--data', data);
  expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining(String.raw`x\u001b[2J`)]);
});
