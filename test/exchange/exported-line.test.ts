import { faultOfLine } from '../../src/exchange/exported-line.js';

const line = {
  position: 1,
  id: '0b8f6c1e-2f0a-8c55-9a53-6f1f5f4f0c13',
  stream: '0b8f6c1e-2f0a-4c55-9a53-6f1f5f4f0c11',
  streamVersion: 1,
  type: 'PageCreated',
  at: '2020-01-01T00:00:00.000Z',
  by: { kind: 'token', id: '1', name: 'Ada' },
  changeset: '0b8f6c1e-2f0a-4c55-9a53-6f1f5f4f0c12',
  comment: null,
  source: null,
  schemaVersion: 1,
  data: { pageType: 'document', place: { parent: null, slug: 'a', rank: 'a0' } },
  content: '{"title":"A"}',
  salt: '0'.repeat(32),
  contextSalt: '1'.repeat(32),
  hash: '2'.repeat(64),
};
const placed = (place: object) => ({
  data: { pageType: 'document', place: { ...line.data.place, ...place } },
});

test('what an export wrote is an event', () => {
  expect(faultOfLine(line)).toBeUndefined();
});

test('the message of an imported commit is as long as it is', () => {
  const comment = 'x'.repeat(100_000);
  expect(faultOfLine({ ...line, comment, source: { commit: 'c' } })).toBeUndefined();
});

test.each<[string, Record<string, unknown>, string]>([
  ['a time that is none', { at: 'yesterday' }, 'at'],
  ['a time as nobody writes it', { at: '2020-01-01T00:00:00Z' }, 'at'],
  ['a type that is none', { type: 'PageEaten' }, 'type'],
  ['a type that every object has', { type: 'constructor' }, 'type'],
  ['a nameless author', { by: { kind: 'token', id: '1' } }, 'by.name'],
  ['an author of no kind', { by: { kind: 'ghost', id: '1', name: '' } }, 'by.kind'],
  ['an author with more to them', { by: { ...line.by, role: 'admin' } }, 'by.role'],
  ['a change set without an id', { changeset: 'mine' }, 'changeset'],
  ['a comment that is too long', { comment: 'x'.repeat(2001) }, 'comment'],
  ['a comment with half a letter', { comment: 'x\ud800' }, 'comment'],
  ['a place that is none', { data: { pageType: 'document', place: {} } }, 'data.place.parent'],
  ['a rank in no order', placed({ rank: 'a0!' }), 'data.place.rank'],
  ['a rank that nothing comes before', placed({ rank: `A${'0'.repeat(26)}` }), 'data.place.rank'],
  ['a slug with a slash', placed({ slug: 'a/b' }), 'data.place.slug'],
  ['an unknown member inside', placed({ path: '/a' }), 'data.place.path'],
  ['an unknown member', { more: true }, 'more'],
  ['content that is no text', { content: {} }, 'content'],
  ['content with half a letter', { content: '{"title":"\ud800"}' }, 'content'],
  ['content of no schema version', { schemaVersion: undefined }, 'schemaVersion'],
  ['content of schema version 0', { schemaVersion: 0 }, 'schemaVersion'],
  ['content where none can be', { type: 'PageUnpublished', data: {} }, 'schemaVersion'],
  ['a source that is none', { source: { commit: 1 } }, 'source'],
])('an event that was chained by somebody else is none: %s', (_, change, where) => {
  expect(faultOfLine({ ...line, ...change })).toBe(where);
});
