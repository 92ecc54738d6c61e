import fc from 'fast-check';
import type { JsonSchema } from '../../../src/schema/json-schema.js';
import type { JsonObject } from '../../../src/schema/json/json.js';
import { migration, declare } from '../../../src/schema/migration.js';
import type { TypeChange } from '../../../src/schema/operations/type-change.js';
import { idNumber } from '../../support/ids.js';
import { ladderOf } from '../ladder-of.js';
import { PageHistory } from '../page-history.js';

const asset = { type: 'string', 'x-reference': 'asset' };
const optional = { type: ['string', 'null'], 'x-reference': 'asset' };
const listed = { type: 'array', items: asset };
const held = { type: 'object', properties: { picture: asset, alt: { type: 'string' } } };

/** A page, and a block in it, of the same fields. */
const fields: Readonly<Record<string, JsonSchema>> = {
  picture: asset,
  optional,
  pictures: listed,
  closed: { enum: [idNumber(1), idNumber(2)], 'x-reference': 'asset' },
  cover: held,
  slides: { type: 'array', items: held },
  byName: { type: 'object', additionalProperties: held },
  title: { type: 'string' },
};

const documents: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
  )
  .map(([first, others]) => ({
    picture: idNumber(first),
    optional: first > 3 ? null : idNumber(7),
    pictures: others.map(idNumber),
    closed: idNumber(1),
    cover: { picture: idNumber(first + 1), alt: idNumber(99) },
    slides: others.map((number) => ({ picture: idNumber(number) })),
    byName: { main: { picture: idNumber(first + 2) } },
  }));

const rungs: readonly (readonly [string, (type: TypeChange) => TypeChange])[] = [
  ['renames it', (t) => t.rename({ picture: 'photo' })],
  ['swaps it with another', (t) => t.rename({ picture: 'title', title: 'picture' })],
  ['makes a list of it', (t) => t.wrap('picture', { as: 'photos' })],
  ['makes a list of what may be null', (t) => t.wrap('optional')],
  ['renames a list of them', (t) => t.rename({ pictures: 'photos' })],
  ['moves it up', (t) => t.hoist('picture', { from: 'cover', as: 'coverPicture' })],
  ['moves it down', (t) => t.plunge('picture', { into: 'cover', as: 'second' })],
  ['renames it in an object', (t) => t.in('cover', (cover) => cover.rename({ picture: 'image' }))],
  ['renames it in each object', (t) => t.each('slides', (slide) => slide.rename({ picture: 'image' }))],
  ['renames it in each value', (t) => t.eachValue('byName', (one) => one.rename({ picture: 'image' }))],
  ['renames what holds it', (t) => t.rename({ cover: 'header', slides: 'gallery' })],
  ['loosens its limits', (t) => t.relax('picture', { type: 'string', description: 'Which one' })],
  [
    'loosens those of its list',
    (t) => t.relax('pictures', { type: 'array', items: { type: 'string' }, description: 'Which' }),
  ],
  [
    'converts other values of it',
    (t) => t.convert('picture', { up: { none: 'no picture' }, down: { 'no picture': 'none' } }),
  ],
  [
    'converts it by a table that opens it',
    (t) => t.convert('picture', { up: { none: 0 }, down: { 0: 'none' } }),
  ],
  ['converts one of few', (t) => t.convert('closed', { up: { other: 'more' }, down: { more: 'other' } })],
  ['converts it by functions', (t) => t.convert('picture', { up: (value) => value, down: (value) => value })],
  [
    'computes another field with it',
    (t) => t.code({ reads: ['picture'], writes: ['picture'], up: (given) => given, down: (given) => given }),
  ],
  ['adds another', (t) => t.add('icon', asset)],
];

/** What a document refers to, sorted, at a schema version. */
function targets(history: PageHistory, at: number): readonly string[] {
  const finder = history.ladder.referencesOf(at, 'page');
  return [...(finder?.targetsIn(history.at(at)) ?? [])].sort();
}

describe.each(rungs)('a rung that %s', (_, change) => {
  const ladder = ladderOf(
    declare({
      title: 'Pages with pictures',
      types: { page: { type: 'object', properties: { ...fields, body: { $ref: 'blocks' } } } },
      blocks: { figure: { type: 'object', properties: fields } },
    }),
    migration({ title: 'Changed', types: { page: change, figure: change } }),
  );

  it('leaves what is referred to as it is, in a page and in its blocks, and with an edit by a client below it', () => {
    fc.assert(
      fc.property(documents, documents, (own, block) => {
        const body = [{ _type: 'figure', _id: 'a', ...block }];
        const history = new PageHistory(ladder, 1, { ...own, body });
        const before = targets(history, 1);
        expect(before.length).toBeGreaterThan(3);
        expect(targets(history, 2)).toEqual(before);
        history.save(1, (seen) => ({ ...seen, heading: 'new' }));
        expect(targets(history, 2)).toEqual(before);
        history.save(2, (seen) => ({ ...seen, heading: 'newer' }));
        expect(targets(history, 1)).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });
});

test('Keeping the first of a list keeps what that refers to', () => {
  const type = {
    type: 'object',
    properties: { pictures: listed, others: { ...listed, type: ['array', 'null'] } },
  };
  const ladder = ladderOf(
    declare({ title: 'Lists', types: { page: type } }),
    migration({ title: 'First', types: { page: (t) => t.head('pictures').head('others', { as: 'other' }) } }),
  );
  const history = new PageHistory(ladder, 1, { pictures: [idNumber(1), idNumber(2)], others: [idNumber(3)] });
  expect(targets(history, 2)).toEqual([idNumber(1), idNumber(3)]);
});

test('A client that does not know a field leaves what it refers to', () => {
  const ladder = ladderOf(
    declare({
      title: 'Pages',
      types: { page: { type: 'object', properties: { title: { type: 'string' } } } },
    }),
    migration({ title: 'Pictures', types: { page: (t) => t.add('picture', asset) } }),
  );
  const history = new PageHistory(ladder, 2, { title: 'a', picture: idNumber(1) });
  history.save(1, (seen) => ({ ...seen, title: 'b' }));
  expect(history.at(1)).toEqual({ title: 'b' });
  expect(targets(history, 2)).toEqual([idNumber(1)]);
});

test('A looser schema may say anew what is referred to', () => {
  const ladder = ladderOf(
    declare({ title: 'Pages', types: { page: { type: 'object', properties: { f: { type: 'string' } } } } }),
    migration({
      title: 'Links',
      types: { page: (t) => t.relax('f', { type: 'string', 'x-reference': 'page' }) },
    }),
  );
  expect(ladder.referencesOf(1, 'page')).toBeUndefined();
  expect(ladder.referencesOf(2, 'page')?.referencesIn({ f: idNumber(1) })).toEqual([
    { pointer: '/f', kind: 'page', target: idNumber(1) },
  ]);
});
