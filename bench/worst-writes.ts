/**
 * What the dearest writes take that a budget lets in: for each kind of document and ladder, the steps that a save is counted as and the
 * processor time that it holds the writer for. `node dist-bench/bench/worst-writes.js`
 */
import { WorkBudget } from '../src/commands/pages/bounded-work.js';
import { storedVersions } from '../src/projections/stored-versions.js';
import type { Command } from '../src/commands/index.js';
import type { JsonObject, JsonValue } from '../src/schema/json/json.js';
import { Ladder } from '../src/schema/ladder.js';
import { declare, hide, migration, type Migration } from '../src/schema/migration.js';
import { viewAt } from '../src/schema/views.js';
import { printMachine } from './figure.js';
import { writerAlone } from './writer-alone.js';

/** Whether what is too much is done, too, to see how long it would take. */
const isUnbounded = process.argv[6] === 'unbounded';
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its budget
const { spend } = WorkBudget.prototype;
const page = '00000000-0000-4000-8000-000000000001';

/** What the rungs above the second change: the blocks that are there, the page, or a type that no page has. */
type Touched = 'text' | 'page' | 'rare';

function ladderOf(rungs: number, touched: Touched): Ladder {
  const first = declare({
    title: 'Pages',
    types: {
      page: { type: 'object', properties: { title: { type: 'string' }, blocks: { $ref: 'blocks' } } },
    },
    blocks: { text: { type: 'object' }, rare: { type: 'object' } },
  });
  const further = Array.from({ length: rungs - 1 }, (_, index): Migration =>
    migration({
      title: `Adds note${index}`,
      types: { [touched]: (t) => t.add(`note${index}`, { type: 'string' }, { default: '' }) },
      ...(index === 0 && { blocks: { add: { video: hide() } } }),
    }),
  );
  return new Ladder([first, ...further].map((rung, i) => ({ name: `${i + 1}`, hash: `${i + 1}`, rung })));
}

interface Scene {
  readonly name: string;
  readonly newer: readonly JsonObject[];
  /** What the client of the oldest schema version makes of what it sees. */
  readonly edit: (seen: JsonObject) => JsonObject;
  readonly copies?: Readonly<Record<string, string>>;
}

const video = { _type: 'video', _id: 'hidden', src: '1.mp4' };
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const text = (index: number, more: Readonly<Record<string, JsonValue>> = {}): JsonObject => ({
  _type: 'text',
  _id: `b${index}`,
  ...more,
});
const titled = (seen: JsonObject): JsonObject => ({ ...seen, title: 'edited' });
const everyBlock = (seen: JsonObject): JsonObject => ({
  ...seen,
  blocks: (seen['blocks'] as JsonObject[]).map((block) => ({ ...block, edited: true })),
});

function scenes(size: number): readonly Scene[] {
  const deep = (levels: number, inner: JsonValue): JsonValue =>
    levels === 0 ? inner : { inner: deep(levels - 1, inner), sibling: levels };
  const nest = (levels: number, index: number, inner: JsonValue): JsonObject =>
    text(index * 100 + levels, { blocks: levels === 0 ? inner : [nest(levels - 1, index, inner)] });
  return [
    {
      name: 'blocks of eight values',
      newer: [
        {
          title: 'a',
          blocks: [
            video,
            ...many(Math.min(size / 8, 49_000), (i) => text(i, { a: 1, b: 2, c: 3, d: 4, e: 5 })),
          ],
        },
      ],
      edit: titled,
    },
    {
      name: 'the same, each edited',
      newer: [
        {
          title: 'a',
          blocks: [
            video,
            ...many(Math.min(size / 8, 49_000), (i) => text(i, { a: 1, b: 2, c: 3, d: 4, e: 5 })),
          ],
        },
      ],
      edit: everyBlock,
    },
    {
      name: 'bare blocks',
      newer: [{ title: 'a', blocks: [video, ...many(Math.min(size / 3, 49_000), (i) => text(i))] }],
      edit: everyBlock,
    },
    {
      name: 'blocks of 100 values',
      newer: [
        {
          title: 'a',
          blocks: [
            video,
            ...many(size / 100, (i) => text(i, Object.fromEntries(many(98, (n) => [`f${n}`, n])))),
          ],
        },
      ],
      edit: everyBlock,
    },
    {
      name: 'blocks hidden, a small document',
      newer: [
        { title: 'a', blocks: many(Math.min(size / 3, 49_000), (i) => ({ ...text(i), _type: 'video' })) },
      ],
      edit: (seen) => ({ ...seen, blocks: [text(size)] }),
    },
    {
      name: 'blocks away from the lists of the page',
      newer: [
        {
          title: 'a',
          blocks: [video],
          far: { away: many(Math.min(size / 4, 49_000), (i) => text(i, { a: 1 })) },
        },
      ],
      edit: (seen) => ({ ...seen, title: 'edited' }),
    },
    {
      name: 'numbers in a list',
      newer: [{ title: 'a', blocks: [video], list: many(size, (i) => i) }],
      edit: (seen) => ({ ...seen, list: [-1, ...(seen['list'] as number[])] }),
    },
    {
      name: 'small lists',
      newer: [{ title: 'a', blocks: [video], list: many(size / 2, (i) => [i]) }],
      edit: (seen) => ({ ...seen, list: [[-1], ...(seen['list'] as number[])] }),
    },
    {
      name: 'lists of 500 that are alike',
      newer: [{ title: 'a', blocks: [video], list: many(size / 500, () => many(500, (i) => i % 2)) }],
      edit: (seen) => ({
        ...seen,
        list: (seen['list'] as number[][]).map((one) => one.map((_, i) => (i % 3) % 2)),
      }),
    },
    {
      name: 'fields of the page',
      newer: [{ title: 'a', blocks: [video], ...Object.fromEntries(many(size, (n) => [`f${n}`, n])) }],
      edit: titled,
    },
    {
      name: 'numbers fifty levels down',
      newer: [
        {
          title: 'a',
          blocks: [video],
          deep: deep(
            50,
            many(size, (i) => i),
          ),
        },
      ],
      edit: (seen) => ({ ...seen, deep: deep(50, [...many(size - 1, (i) => i), 7]) }),
    },
    {
      name: 'blocks inside of thirty',
      newer: [
        {
          title: 'a',
          blocks: [
            video,
            nest(
              29,
              1,
              many(Math.min(size / 4, 49_000), (i) => text(1e6 + i, { a: 1 })),
            ),
          ],
        },
      ],
      edit: (seen) => {
        const copy = structuredClone(seen) as unknown as { blocks: JsonObject[] };
        let inner = copy.blocks;
        while (inner.length === 1) inner = (inner[0] as { blocks: JsonObject[] }).blocks;
        inner.splice(inner.length - 1, 1, text(1e6 - 1, { a: 1 }));
        return copy;
      },
    },
    {
      name: 'long texts',
      newer: [{ title: 'a', blocks: [video, ...many(90, (i) => text(i, { text: 'x'.repeat(100_000) }))] }],
      edit: everyBlock,
    },
    {
      name: 'copies of what is hidden',
      newer: [
        {
          title: 'a',
          blocks: [text(0, { blocks: many(size / 40, (i) => ({ ...text(i + 1), _type: 'video' })) })],
        },
      ],
      edit: (seen) => ({
        ...seen,
        blocks: [...(seen['blocks'] as JsonObject[]), ...many(40, (i) => text(1e6 + i, { blocks: [] }))],
      }),
      copies: Object.fromEntries(many(40, (i) => [`b${1e6 + i}`, 'b0'])),
    },
    {
      name: 'blocks moved in three plain saves',
      newer: many(3, (round) => ({
        title: 'a',
        blocks: [video, text(1e6 + round, { blocks: many(Math.min(size / 3, 49_000), (i) => text(i)) })],
      })),
      edit: titled,
    },
    {
      name: 'blocks under a long id, moved',
      newer: many(3, (round) => ({
        title: 'a',
        blocks: [
          video,
          {
            _type: 'text',
            _id: `${round}`.repeat(20_000),
            blocks: many(Math.min(size / 3, 49_000), (i) => text(i)),
          },
        ],
      })),
      edit: titled,
    },
  ];
}

function measure(scene: Scene, rungs: number, touched: Touched): string {
  const ladder = ladderOf(rungs, touched);
  const { db, write } = writerAlone(ladder);
  ladder.requireSchemas(); // which is done once
  const run = (command: Command): string => {
    let counted = 0;
    WorkBudget.prototype.spend = function (more, wayOut) {
      counted += more;
      if (!isUnbounded) spend.call(this, more, wayOut);
    };
    const { outcome, tookMs } = write(command);
    WorkBudget.prototype.spend = spend;
    const said = outcome?.kind === 'accepted' ? '' : JSON.stringify(outcome).slice(0, 200);
    return `${(tookMs / 1000).toFixed(2)} s, ${(counted / 1e6).toFixed(1)} M steps, ${((tookMs * 1e6) / counted).toFixed(0)} ns each ${said}`;
  };
  const document = (value: JsonValue) => ({ text: JSON.stringify(value), refusal: null });
  const [first, ...others] = scene.newer;
  if (!first) throw new Error('a scene begins with a page');
  const create: Command = {
    kind: 'create-page',
    page,
    type: 'page',
    schemaVersion: rungs,
    document: document(first),
    place: null,
  };
  const created = run(create);
  if (created.includes('refused')) return created;
  for (const [index, next] of others.entries())
    run({
      kind: 'save-page',
      page,
      expected: index + 1,
      schemaVersion: rungs,
      form: 'document',
      document: document(next),
    });
  const expected = scene.newer.length;
  const seen = viewAt(ladder, storedVersions(db)(page, expected), 1);
  const save: Command = {
    kind: 'save-page',
    page,
    expected,
    schemaVersion: 1,
    form: 'document',
    document: document(scene.edit(seen)),
    ...(scene.copies && { copies: scene.copies }),
  };
  const told = run(save);
  db.close();
  return told;
}

printMachine();
const only = process.argv[2];
const size = Number(process.argv[3] ?? 40_000);
for (const touched of (process.argv[4]?.split(',') ?? ['text', 'page', 'rare']) as Touched[])
  for (const scene of scenes(size)) {
    if (only && only !== 'all' && !scene.name.includes(only)) continue;
    console.log(
      `${scene.name}, rungs change ${touched}: ${measure(scene, Number(process.argv[5] ?? 50), touched)}`,
    );
  }
