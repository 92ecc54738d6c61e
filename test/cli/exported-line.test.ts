import { isEvent } from '../../src/cli/exported-line.js';

const line = {
  position: 1,
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
};

test('what an export wrote is an event', () => {
  expect(isEvent(line)).toBe(true);
});

test.each<[string, Record<string, unknown>]>([
  ['a time that is none', { at: 'yesterday' }],
  ['a type that is none', { type: 'PageEaten' }],
  ['a type that every object has', { type: 'constructor' }],
  ['a nameless author', { by: { kind: 'token', id: '1' } }],
  ['an author of no kind', { by: { kind: 'ghost', id: '1', name: '' } }],
  ['a change set without an id', { changeset: 'mine' }],
  ['a place that is none', { data: { pageType: 'document', place: {} } }],
  ['content that is no document', { content: '[]' }],
  ['content of no schema version', { schemaVersion: undefined }],
  ['content where none can be', { type: 'PageUnpublished', data: {} }],
  ['a source that is none', { source: { commit: 1 } }],
])('an event that somebody chained himself is none: %s', (_, change) => {
  expect(isEvent({ ...line, ...change })).toBe(false);
});
