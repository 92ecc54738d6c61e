/**
 * How long a save holds the writer that has to be merged at every schema version: a client of the oldest one edits a page
 * that was saved at the newest, and sees neither its hidden blocks nor its newer fields. Decision, merge, checks, fold and
 * commit, by the product's own executor, in processor time, which a busy machine does not change. `node dist-bench/bench/merge.js`
 */
import type { Command } from '../src/commands/index.js';
import { storedVersions } from '../src/projections/stored-versions.js';
import type { JsonObject } from '../src/schema/json/json.js';
import { Ladder } from '../src/schema/ladder.js';
import { declare, hide, migration, type Migration } from '../src/schema/migration.js';
import { viewAt } from '../src/schema/views.js';
import { milliseconds, printMachine } from './figure.js';
import { writerAlone, type Written } from './writer-alone.js';

const page = '00000000-0000-4000-8000-000000000001';
const saves = 3;

/** Every tenth rung changes the text blocks, the others the page; the second brings in blocks that nobody below sees. */
function ladderOf(rungs: number): Ladder {
  const text = {
    type: 'object',
    properties: { body: { type: 'string' }, rows: { type: 'array', items: { type: 'object' } } },
  };
  const first = declare({
    title: 'Pages',
    types: {
      page: { type: 'object', properties: { title: { type: 'string' }, blocks: { $ref: 'blocks' } } },
    },
    blocks: { text },
  });
  const further = Array.from({ length: rungs - 1 }, (_, index): Migration => {
    const field = `note${index}`;
    const type = index % 10 === 0 ? 'text' : 'page';
    return migration({
      title: `Adds ${field}`,
      types: { [type]: (t) => t.add(field, { type: 'string' }, { default: '' }) },
      ...(index === 0 && { blocks: { add: { video: hide() } } }),
    });
  });
  return new Ladder(
    [first, ...further].map((rung, index) => ({ name: `${index + 1}`, hash: `${index + 1}`, rung })),
  );
}

/** As a client of the newest version makes it: with a value in every field that it knows. */
function pageOf(blocks: number, rungs: number): JsonObject {
  const notes = Array.from({ length: rungs - 1 }, (_, index) => `note${index}`);
  const valued = (names: readonly string[]): JsonObject =>
    Object.fromEntries(names.map((name) => [name, '']));
  const noted = valued(notes.filter((_, index) => index % 10 === 0));
  return {
    ...valued(notes.filter((_, index) => index % 10 !== 0)),
    title: 'A long page',
    blocks: Array.from({ length: blocks }, (_, index) =>
      index % 10 === 9
        ? { _type: 'video', _id: `b${index}`, src: `${index}.mp4` }
        : {
            _type: 'text',
            _id: `b${index}`,
            body: `Paragraph ${index}`,
            ...noted,
            note0: 'kept',
            ...(index % 10 === 0 && { rows: [{ a: 1 }, { a: index }] }),
          },
    ),
  };
}

function hold(write: (command: Command) => Written, command: Command): number {
  const { outcome, tookMs } = write(command);
  if (outcome?.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
  return tookMs;
}

function measure(blocks: number, rungs: number): string {
  const ladder = ladderOf(rungs);
  const { db, write } = writerAlone(ladder);
  const created = { text: JSON.stringify(pageOf(blocks, rungs)), refusal: null };
  hold(write, {
    kind: 'create-page',
    page,
    type: 'page',
    schemaVersion: rungs,
    document: created,
    place: null,
  });
  const times: number[] = [];
  for (let version = 1; version <= saves; version++) {
    const seen = viewAt(ladder, storedVersions(db)(page, version), 1) as { blocks: JsonObject[] };
    const edited = seen.blocks.map((block, index) =>
      index === version ? { ...block, body: `Edited ${version}` } : block,
    );
    const document = { text: JSON.stringify({ ...seen, blocks: edited }), refusal: null };
    times.push(
      hold(write, {
        kind: 'save-page',
        page,
        expected: version,
        schemaVersion: 1,
        form: 'document',
        document,
      }),
    );
  }
  db.close();
  const sorted = times.toSorted((a, b) => a - b);
  return `${blocks} blocks over ${rungs} rungs: a save holds the writer for ${milliseconds(sorted[saves >> 1] ?? 0)} (median of ${saves}; the first ${milliseconds(times[0] ?? 0)})`;
}

printMachine();
for (const [blocks, rungs] of [
  [200, 4],
  [200, 4],
  [5_000, 50],
] as const)
  console.log(measure(blocks, rungs));
