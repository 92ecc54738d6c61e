/** Logs of any length, made by the product's own writer, without a server and without syncing. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { executor } from '../src/writer/execute.js';
import type { Command } from '../src/commands/index.js';
import { openDatabase } from '../src/log/database.js';
import { createInstallation, takeCharge } from '../src/log/installation.js';
import { signatureOf } from '../src/ladder/signature.js';
import { openLadder } from '../src/ladder/open-ladder.js';
import { projectionsOf } from '../src/projections/index.js';
import { createProjections } from '../src/projections/replay/registry.js';
import { timeOrderedId } from '../src/http/edge/time-ordered-id.js';
import { changeSetOf } from './writer-alone.js';

const pagesPerLog = 1000;
const batchLength = 500;
// The rungs as the product was built with them: these files are compiled without.
const ladder = await openLadder(fileURLToPath(new URL('../../dist/migrations', import.meta.url)));
const program = signatureOf('0.1.0', ladder);

/** Fills an empty data directory with `events` events of about 1 KB: 1,000 pages, saved in turn. */
export function writeLog(directory: string, events: number): void {
  const db = openDatabase(join(directory, 'db.sqlite'));
  db.pragma('synchronous = OFF');
  db.transaction(() => {
    createInstallation(db, program);
    createProjections(db, projectionsOf(ladder));
  })();
  const execute = executor(db, takeCharge(db, program), ladder, () => undefined);
  const ids = Array.from({ length: pagesPerLog }, () => timeOrderedId(Date.now()));
  for (let done = 0; done < events; done += batchLength) {
    const batch = Array.from({ length: Math.min(batchLength, events - done) }, (_, index) =>
      changeSetOf(commandNumber(ids, done + index)),
    );
    const refused = execute(batch).find(({ kind }) => kind !== 'accepted');
    if (refused) throw new Error('the log can not be written', { cause: refused });
  }
  db.close();
}

function commandNumber(ids: readonly string[], number: number): Command {
  const page = ids[number % pagesPerLog] ?? '';
  const version = Math.floor(number / pagesPerLog);
  const document = { text: textOf(number), refusal: null };
  return version === 0
    ? { kind: 'create-page', page, type: 'document', schemaVersion: 1, document, place: null }
    : { kind: 'save-page', page, expected: version, schemaVersion: 1, form: 'document', document };
}

/** About 1 KB of JSON, never the same twice. */
function textOf(number: number): string {
  return JSON.stringify({
    title: `Page ${number % pagesPerLog}`,
    body: `${number} `.padEnd(960, 'Some words of a page. '),
  });
}
