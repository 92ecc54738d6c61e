import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dist } from '../../support/program.js';

export const decodingProcess = join(dist, 'files/pictures/decoding-process.js');

const directory = mkdtempSync(join(tmpdir(), 'palimpsest-programs-'));
let count = 0;

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/**
 * A decoding process that does as it is told: the body of a function of `job`, `answer` (takes an outcome), `fs`. It is ready at once.
 */
export function programThat(body: string): string {
  const path = join(directory, `program-${(count += 1)}.mjs`);
  writeFileSync(
    path,
    `import * as fs from 'node:fs';
process.on('disconnect', () => process.exit());
process.on('message', ({ job }) => {
  const answer = (outcome) => process.send({ word: 'done', outcome, isLast: false });
  ${body}
});
process.send({ word: 'ready' });
`,
  );
  return path;
}

/** At each of its first starts it does something else than at those that come then: it is what it should be. */
export function programThatFirst(times: number, body: string): string {
  const path = join(directory, `program-${(count += 1)}.mjs`);
  writeFileSync(
    path,
    `import * as fs from 'node:fs';
fs.appendFileSync('${path}.starts', '.');
if (fs.readFileSync('${path}.starts').length <= ${times}) {
  process.on('message', () => { ${body} });
  process.send({ word: 'ready' });
} else await import('${pathToFileURL(decodingProcess).href}');
`,
  );
  return path;
}
