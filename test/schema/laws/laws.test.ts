import { openLadder } from '../../../src/ladder/open-ladder.js';
import type { Ladder } from '../../../src/schema/ladder.js';
import { checkStage } from '../../../src/schema/laws/check-stage.js';
import type { Finding } from '../../../src/schema/laws/finding.js';
import type { Law } from '../../../src/schema/laws/law.js';
import { laws } from '../../../src/schema/laws/laws.js';
import { stagesOf } from '../../../src/schema/laws/stages.js';
import { declare, migration, type Migration } from '../../../src/schema/migration.js';
import type { TypeChange } from '../../../src/schema/operations/type-change.js';
import { ladderOf } from '../ladder-of.js';
import { exampleLadder } from './ladders.js';

function findings(ladder: Ladder, runs: number, seed = 1): readonly Finding[] {
  return stagesOf(ladder).flatMap((stage) => checkStage(ladder, stage, { runs, seed }));
}

const isOfDocuments = ({ triedOn }: Law): boolean => triedOn !== 'anything';
const nameOf = ({ name }: Law): string => name;

const notes = declare({
  title: 'Notes',
  types: { note: { type: 'object', properties: { text: { type: 'string' }, blocks: { $ref: 'blocks' } } } },
  blocks: { aside: { type: 'object', properties: { markdown: { type: 'string' } } } },
});

/** A rung that changes notes, with something wrong about it. */
function faulty(change: (type: TypeChange) => TypeChange): Migration {
  return migration({ title: 'A fault', types: { note: change } });
}

const body = { reads: ['text'], writes: ['body'] };
const text = ({ body: value }: { readonly body?: unknown }) => (value === undefined ? {} : { text: value });
let calls = 0;

/** The law that has to be named, and where: up or down the rung. */
const faults: readonly (readonly [fault: string, law: string, rung: Migration])[] = [
  [
    'throws on some text',
    'totality',
    faulty((t) =>
      t.code({
        ...body,
        up: ({ text: value }) => {
          if (value === 'alpha') throw new Error('not this one');
          return value === undefined ? {} : { body: value };
        },
        down: text as never,
      }),
    ),
  ],
  [
    'changes what it is handed',
    'totality',
    faulty((t) => t.code({ ...body, up: (note) => Object.assign(note, { text: 1 }), down: text as never })),
  ],
  [
    'gives something that is no JSON',
    'totality',
    faulty((t) => t.code({ ...body, up: () => ({ body: Number.NaN }), down: text as never })),
  ],
  [
    'throws dice',
    'purity',
    faulty((t) => t.code({ ...body, up: () => ({ body: Math.random() }), down: () => ({ text: '' }) })),
  ],
  [
    'remembers what it did',
    'composition',
    faulty((t) => t.code({ ...body, up: () => ({ body: calls++ }), down: () => ({ text: '' }) })),
  ],
  [
    'makes content invalid',
    'validity',
    faulty((t) =>
      t.convert('text', {
        up: (value) => value,
        down: (value) => value,
        schema: { type: 'string', maxLength: 3 },
      }),
    ),
  ],
  [
    'forgets a field on the way down',
    'faithful',
    faulty((t) =>
      t.code({
        ...body,
        up: ({ text: value }) => (value === undefined ? {} : { body: value }),
        down: () => ({}),
      }),
    ),
  ],
  [
    'shows others less than it could',
    'exact',
    faulty((t) =>
      t.code({
        ...body,
        up: ({ text: value }) => (value === undefined ? {} : { body: value }),
        down: () => ({}),
      }),
    ),
  ],
  [
    'declares a loss that never occurs',
    'declared losses',
    faulty((t) =>
      t.code({
        reads: ['text'],
        writes: { body: { type: 'string' } },
        up: ({ text: value }) => (value === undefined ? {} : { body: value }),
        down: text as never,
        lossy: { down: 'capital letters' },
      }),
    ),
  ],
  [
    'never says the same twice, so that a save that changes nothing changes something',
    'stable',
    faulty((t) => t.code({ ...body, up: () => ({ body: calls++ }), down: () => ({ text: '' }) })),
  ],
  [
    'never says the same twice, so that an edit elsewhere changes something',
    'locality',
    faulty((t) => t.code({ ...body, up: () => ({ body: calls++ }), down: () => ({ text: '' }) })),
  ],
  [
    'never says the same twice, so that nothing can be restored',
    'restore',
    faulty((t) => t.code({ ...body, up: () => ({ body: calls++ }), down: () => ({ text: '' }) })),
  ],
  [
    'never says the same twice, so that nothing can be remembered',
    'cache independence',
    faulty((t) => t.code({ ...body, up: () => ({ body: calls++ }), down: () => ({ text: '' }) })),
  ],
];

describe('a rung is found out that', () => {
  test.each(faults)('%s (law: %s)', (_fault, law, rung) => {
    const ladder = ladderOf(notes, rung);
    const stages = stagesOf(ladder).filter((stage) => stage.law === law);
    const found = stages.flatMap((stage) => checkStage(ladder, stage, { runs: 100, seed: 1 }));
    expect(found).not.toEqual([]);
    expect(found[0]).toMatchObject({ law, rung: 2, type: 'note', seed: 1 });
  });
});

test('a type that no document can be made up for is told of, not left out', () => {
  const odd = declare({
    title: 'Odd',
    types: {
      note: {
        type: 'object',
        required: ['text'],
        properties: { text: { type: 'string', pattern: '^(?<!a)b$' } },
      },
    },
  });
  const found = findings(
    ladderOf(odd, migration({ title: 'x', types: { note: (t) => t.rename({ text: 'body' }) } })),
    10,
  );
  expect(new Set(found.map(({ message }) => message.slice(0, 61)))).toEqual(
    new Set(['generated nothing: no documents can be made up for this type:']),
  );
});

test('a type that hardly any valid document can be made up for is told of, too', () => {
  const impossible = declare({
    title: 'Impossible',
    types: {
      note: { type: 'object', required: ['text'], properties: { text: { type: 'string', not: {} } } },
    },
  });
  const rung = migration({ title: 'x', types: { note: (t) => t.rename({ text: 'body' }) } });
  const [found] = findings(ladderOf(impossible, rung), 10).filter(({ law }) => law === 'validity');
  expect(found?.message).toBe(
    'generated nothing: hardly any document that can be made up for this type is valid',
  );
});

test('a law that met no block of a type that the rung changes says so', () => {
  const impossible = declare({
    title: 'Impossible',
    types: { note: { type: 'object', properties: { text: { type: 'string' }, blocks: { $ref: 'blocks' } } } },
    blocks: {
      aside: { type: 'object', required: ['text'], properties: { text: { type: 'string', not: {} } } },
    },
  });
  const rung = migration({ title: 'x', types: { aside: (t) => t.rename({ text: 'body' }) } });
  const found = findings(ladderOf(impossible, rung), 30);
  expect(new Set(found.map(({ law }) => law))).toEqual(new Set(laws.filter(isOfDocuments).map(nameOf)));
  expect(found[0]).toMatchObject({
    rung: 2,
    message:
      'generated nothing: no valid page of type "note" with a block of type "aside" can be made up at schema version 1',
  });
});

test('a counterexample is as small as it gets', () => {
  const rung = faults.find(([, law]) => law === 'faithful')?.[2] as Migration;
  const [found] = findings(ladderOf(notes, rung), 100).filter(({ law }) => law === 'faithful');
  expect(found).toMatchObject({ pointer: '/text', message: 'expected "", found nothing' });
  expect(found?.trial?.history).toEqual([{ kind: 'create', schemaVersion: 1, document: { text: '' } }]);
});

test('the same seed finds the same', () => {
  const rung = faults.find(([, law]) => law === 'validity')?.[2] as Migration;
  expect(findings(ladderOf(notes, rung), 50, 7)).toEqual(findings(ladderOf(notes, rung), 50, 7));
});

test('the ladder of this program obeys all laws', async () => {
  expect(findings(await openLadder(), 50)).toEqual([]);
});

test('a ladder that uses every operation obeys all laws', () => {
  expect(findings(exampleLadder(), 30)).toEqual([]);
});
