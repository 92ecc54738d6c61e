import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

/** A directory with these files, which does not outlive the tests of the file. */
export function directoryOf(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-ladder-'));
  directories.push(directory);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

export const firstRung = `export default ({ declare }) => declare({
  title: 'Notes',
  types: { note: { type: 'object', properties: { title: { type: 'string' }, text: { type: 'string' } } } },
});
`;

/** A rung that renames one field of a note. */
export function renaming(from: string, to: string): string {
  return `export default ({ migration }) => migration({
  title: '${from} is called ${to}',
  types: { note: (type) => type.rename({ ${from}: '${to}' }) },
});
`;
}
