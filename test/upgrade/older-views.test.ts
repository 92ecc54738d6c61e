import fc from 'fast-check';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executor, type Execute } from '../../src/writer/execute.js';
import type { Command } from '../../src/commands/index.js';
import { openDatabase, type Database } from '../../src/log/database.js';
import { createInstallation, takeCharge } from '../../src/log/installation.js';
import { addInChargeEntry } from '../../src/log/version-history.js';
import { requireFit } from '../../src/ladder/fit-ladder.js';
import { signatureOf } from '../../src/ladder/signature.js';
import { projectionsOf } from '../../src/projections/index.js';
import { discardScratch, replayBeside, swapIn } from '../../src/projections/replay/rebuild.js';
import { createProjections } from '../../src/projections/replay/registry.js';
import { storedVersions } from '../../src/projections/stored-versions.js';
import type { JsonObject } from '../../src/schema/json/json.js';
import type { Ladder } from '../../src/schema/ladder.js';
import { declare, migration } from '../../src/schema/migration.js';
import { viewAt } from '../../src/schema/views.js';
import { ladderOf } from '../schema/ladder-of.js';
import { createPage, restorePage, savePage, sent } from '../support/commands.js';
import { drained } from '../support/drained.js';
import { accepted, changeSet } from '../support/installation.js';

const text = { type: 'string' } as const;
const block = { type: 'object', properties: { _type: text, _id: text, text, note: text } } as const;
const declared = declare({
  title: 'Notes',
  types: {
    note: {
      type: 'object',
      properties: { title: text, mood: text, blocks: { type: 'array', items: { type: 'object' } } },
    },
  },
  blocks: { line: block },
});
const ladder = ladderOf(
  declared,
  migration({ title: 'A mood is a tone', types: { note: (t) => t.rename({ mood: 'tone' }) } }),
  migration({
    title: 'Lines have no notes, notes have a colour',
    types: {
      line: (t) => t.remove('note', { default: '' }),
      note: (t) => t.add('colour', text, { default: 'red' }),
    },
  }),
  migration({
    title: 'Titles are names',
    types: { note: (t) => t.rename({ title: 'name' }).remove('tone', { default: '' }) },
  }),
);
const page = 'page';
const scratch = join(tmpdir(), `palimpsest-older-views-${process.pid}.sqlite`);

const words = ['', 'a', 'b', 'c'];
const fields = ['title', 'name', 'mood', 'tone', 'colour', 'extra'];

interface Line extends JsonObject {
  readonly _id: string;
}

/** What a client may do to what it sees: set a field, or add, edit, move or drop a line. */
const anyEdit: fc.Arbitrary<(seen: JsonObject) => JsonObject> = fc
  .record({
    what: fc.constantFrom('field', 'add', 'edit', 'move', 'drop'),
    field: fc.constantFrom(...fields),
    word: fc.constantFrom(...words),
    index: fc.nat(3),
    id: fc.integer({ min: 1, max: 99 }),
  })
  .map(({ what, field, word, index, id }) => (seen) => {
    const blocks = (seen['blocks'] ?? []) as readonly Line[];
    const others = blocks.filter((_, at) => at !== index);
    const chosen = blocks[index];
    const withBlocks = (changed: readonly JsonObject[]): JsonObject => ({
      ...seen,
      blocks: [...changed],
    });
    switch (what) {
      case 'add':
        if (blocks.some(({ _id }) => _id === `b${id}`)) return seen;
        return withBlocks([...blocks, { _type: 'line', _id: `b${id}`, text: word, note: word }]);
      case 'edit':
        return chosen
          ? withBlocks(blocks.map((block) => (block === chosen ? { ...block, text: word } : block)))
          : seen;
      case 'move':
        return chosen ? withBlocks([chosen, ...others]) : seen;
      case 'drop':
        return withBlocks(others);
      case 'field':
        return { ...seen, [field]: word };
    }
  });

type Move =
  | { readonly kind: 'edit'; readonly at: number; readonly edit: (seen: JsonObject) => JsonObject }
  | { readonly kind: 'restore'; readonly version: number };

const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('edit' as const),
        at: fc.integer({ min: 1, max: 4 }),
        edit: anyEdit,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const), version: fc.nat(5) }) },
  ),
  { minLength: 1, maxLength: 6 },
);

function play(turns: Turns, script: readonly Move[]): void {
  for (const move of script) {
    if (move.kind === 'edit') turns.edit(move.at, move.edit);
    else if (turns.versions > 0) turns.restore(1 + (move.version % turns.versions));
  }
}

/** Programs with more rungs and fewer take turns with one log, as after upgrades and reverts. */
class Turns {
  readonly db: Database;
  private ladder: Ladder;
  private execute: Execute;
  private position = 0;
  versions = 0;

  constructor(schemaVersion: number) {
    this.db = openDatabase(':memory:');
    this.ladder = ladder.upTo(schemaVersion);
    createInstallation(this.db, signatureOf('1', this.ladder));
    createProjections(this.db, projectionsOf(this.ladder));
    this.execute = this.reign();
  }

  private reign(): Execute {
    const { version: programVersion, ...made } = signatureOf('1', this.ladder);
    const epoch = takeCharge(this.db, { version: programVersion, ...made });
    const at = new Date().toISOString();
    const nobody = { predecessor: null, predecessorVersion: null };
    addInChargeEntry(this.db, { epoch, programVersion, ...made, at, position: this.position, ...nobody });
    return executor(this.db, epoch, this.ladder, () => undefined);
  }

  /** Another program replays the log, and takes over. */
  replace(schemaVersion: number): void {
    this.ladder = ladder.upTo(schemaVersion);
    requireFit(this.db, this.ladder, true);
    const replay = drained(replayBeside(scratch, this.db, projectionsOf(this.ladder)));
    swapIn(this.db, scratch, replay.wrong, replay.position);
    discardScratch(scratch);
    this.execute = this.reign();
  }

  /** A client at a schema version that is known just now changes what it sees. */
  edit(schemaVersion: number, edit: (seen: JsonObject) => JsonObject): void {
    const known = Math.min(schemaVersion, this.ladder.finalized);
    const base = this.versions;
    if (base === 0) {
      this.accept(
        createPage(page, { slug: 'a' }, { type: 'note', schemaVersion: known, document: sent(edit({})) }),
      );
    } else {
      this.accept({ ...savePage(page, base, edit(this.at(known, base))), schemaVersion: known });
    }
  }

  restore(version: number): void {
    this.accept(restorePage(page, this.versions, version));
  }

  /** Creates the page as the newest client does, with a key; the same again when it is there. Answers what was shown. */
  createOnce(content: JsonObject, answersAt: number) {
    const document = sent(content);
    const command = createPage(page, { slug: 'a' }, { type: 'note', schemaVersion: 4, document });
    const idempotency = { token: 'token', key: 'key', digest: '00' };
    const outcome = accepted(this.execute([changeSet(command, { idempotency, answersAt: [answersAt] })])[0]);
    const [result] = outcome.results;
    if (result?.kind !== 'page') throw new Error('a page was created');
    const { schemaVersion } = result.page;
    return { schemaVersion, content: JSON.parse(result.page.content ?? '') as JsonObject };
  }

  private accept(command: Command): void {
    const { position } = accepted(this.execute([changeSet(command)])[0]);
    if (position > this.position) this.versions += 1;
    this.position = position;
  }

  at(schemaVersion: number, version: number): JsonObject {
    return viewAt(this.ladder, storedVersions(this.db)(page, version), schemaVersion);
  }

  /** Every content version at every schema version up to one. */
  views(upTo: number): readonly JsonObject[] {
    return Array.from({ length: this.versions }, (_, version) =>
      Array.from({ length: upTo }, (_, below) => this.at(below + 1, version + 1)),
    ).flat();
  }
}

let turns: Turns | undefined;

afterEach(() => {
  turns?.db.close();
});

test('an older program shows what the newer one showed, whatever was saved, and is followed as if it had never been', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), moves, moves, moves, (older, before, between, after) => {
      turns?.db.close();
      turns = new Turns(older);
      play(turns, before);
      turns.replace(4);
      play(turns, between);
      const shown = turns.views(older);

      turns.replace(older);
      expect(turns.views(older)).toEqual(shown);
      const seenBefore = turns.versions;
      play(turns, after);
      const shownOlder = turns.views(older);

      turns.replace(4);
      expect(turns.views(older)).toEqual(shownOlder);
      expect(shownOlder.slice(0, seenBefore * older)).toEqual(shown);
    }),
    { numRuns: 150 },
  );
});

test('a write that is repeated after going back is answered as it was, as far as that can be shown', () => {
  const content = { name: 'Told', colour: 'blue' };
  const below = { schemaVersion: 1, content: { title: 'Told', mood: '' } };
  for (const answersAt of [1, 4]) {
    turns?.db.close();
    turns = new Turns(1);
    turns.replace(4);
    const told = turns.createOnce(content, answersAt);
    expect(told).toEqual(answersAt === 1 ? below : { schemaVersion: 4, content });
    turns.replace(1);
    expect(turns.createOnce(content, answersAt)).toEqual(below);
    turns.replace(4);
    expect(turns.createOnce(content, answersAt)).toEqual(told);
  }
});
