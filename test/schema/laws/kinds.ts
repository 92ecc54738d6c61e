import { sameJson, type JsonObject } from '../../../src/schema/json/json.js';
import type { Ladder } from '../../../src/schema/ladder.js';
import { versionsIn } from '../../../src/schema/laws/history.js';
import type { History } from '../../../src/schema/laws/trial.js';
import { declare, hide, migration } from '../../../src/schema/migration.js';
import { viewAt } from '../../../src/schema/views.js';
import { ladderOf } from '../ladder-of.js';

/** What was done to a page, and what readers at one schema version have to see then. */
interface Kind {
  readonly name: string;
  readonly reader: number;
  readonly history: History;
  readonly expected: JsonObject;
}

const ladder = (): Ladder =>
  ladderOf(
    declare({
      title: 'Pages',
      types: {
        page: {
          type: 'object',
          properties: {
            title: {},
            rows: { type: 'array', items: { type: 'object' } },
            blocks: { $ref: 'blocks' },
          },
        },
      },
      blocks: { text: { type: 'object', properties: { old: {} } } },
    }),
    migration({
      title: 'Colours and drawers',
      types: { page: (t) => t.each('rows', (row) => row.add('colour', {})), text: (t) => t.remove('old') },
      blocks: { add: { drawer: hide() } },
    }),
    migration({
      title: 'By code',
      types: {
        page: (t) =>
          t.code({
            reads: ['title', 'blocks'],
            writes: ['title', 'blocks'],
            up: (fields) => fields,
            down: (fields) => fields,
          }),
      },
    }),
  );

const create = (schemaVersion: number, document: JsonObject) =>
  ({ kind: 'create', schemaVersion, document }) as const;
const save = (schemaVersion: number, document: JsonObject) =>
  ({ kind: 'save', schemaVersion, document, copies: {} }) as const;
const many = Array.from({ length: 600 }, (_, index) => ({ text: `row ${index}`, colour: index }));
const sent = [
  { text: 'new' },
  ...many.map(({ text }, index) => ({ text: index === 500 ? 'edited' : text })).toReversed(),
].toReversed();
const drawer = (...inner: JsonObject[]): JsonObject => ({ _type: 'drawer', _id: 'd', inner });
const text = (more: JsonObject = {}): JsonObject => ({ _type: 'text', _id: 'a', ...more });

const kinds: readonly Kind[] = [
  {
    name: 'an edit of one of several items that look alike',
    reader: 2,
    history: [
      create(2, { rows: [{ a: 1, colour: 'red' }, { a: 1 }, { a: 1, colour: 'blue' }] }),
      save(1, { rows: [{ a: 1 }, { a: 1 }, { a: 3 }] }),
    ],
    expected: { rows: [{ a: 1, colour: 'red' }, { a: 1 }, { a: 3, colour: 'blue' }] },
  },
  {
    name: 'an edit in a long list, of which the first item is gone',
    reader: 2,
    history: [create(2, { rows: many }), save(1, { rows: sent.slice(1) })],
    expected: {
      rows: [
        ...many.slice(1).map((row) => (row.colour === 500 ? { ...row, text: 'edited' } : row)),
        { text: 'new' },
      ],
    },
  },
  {
    name: 'items with a field like a key, which nobody has declared',
    reader: 2,
    history: [
      create(2, { rows: [{ href: 'a', n: 1, colour: 'red' }] }),
      save(1, { rows: [{ href: 'b', n: 1 }] }),
    ],
    expected: { rows: [{ href: 'b', n: 1, colour: 'red' }] },
  },
  {
    name: 'a group with hidden blocks in it',
    reader: 3,
    history: [
      create(3, { title: 'a', blocks: [text(), drawer()] }),
      save(1, { title: 'b', blocks: [text()] }),
    ],
    expected: { title: 'b', blocks: [text(), drawer()] },
  },
  {
    name: 'a block that was where older clients did not see it',
    reader: 1,
    history: [
      create(1, { blocks: [text({ old: 1 })] }),
      save(2, { blocks: [drawer(text())] }),
      save(2, { blocks: [text(), drawer()] }),
    ],
    expected: { blocks: [text({ old: 1 })] },
  },
  {
    name: 'a block that went by a save that needed no merge',
    reader: 1,
    history: [
      create(1, { blocks: [text({ old: 1 })] }),
      save(1, { blocks: [] }),
      save(2, { blocks: [text()] }),
    ],
    expected: { blocks: [text({ old: 1 })] },
  },
];

/** The name of the first kind that comes out wrong. */
export function firstWrongKind(): string | undefined {
  const rungs = ladder();
  return kinds.find(({ reader, history, expected }) => {
    const version = versionsIn(rungs, { from: 1, to: 3, type: 'page', history }).at(-1);
    return !version || !sameJson(viewAt(rungs, version, reader), expected);
  })?.name;
}
