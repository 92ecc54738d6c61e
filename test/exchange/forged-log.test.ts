import { importLines, exportLines } from '../../src/exchange/jsonl.js';
import { chain, eventId, genesisHash, hashContext, hashPayload } from '../../src/log/digest.js';
import { schemaStream, type Actor, type ChangeSetHead } from '../../src/events/event.js';
import { takeCharge } from '../../src/log/installation.js';
import { createChunk, createPage, savePage } from '../support/commands.js';
import { openInstallation, program } from '../support/installation.js';
import { ladder } from '../support/ladder.js';

type Data = Record<string, unknown>;
interface Line {
  position: number;
  id: string;
  stream: string;
  streamVersion: number;
  type: string;
  at: string;
  by: Actor;
  changeset: string;
  comment: string | null;
  source: ChangeSetHead['source'];
  schemaVersion?: number;
  data: Data;
  content?: string;
  salt: string;
  contextSalt: string;
  hash: string;
}

const id = (number: number): string => `${String(number).padStart(8, '0')}-0000-4000-8000-00000000000a`;
const top = id(1);
const beneath = id(2);
const other = id(3);
const chunk = id(4);
const gone = id(5);
const goneToo = id(6);
const token = id(7);
const operator: Actor = { kind: 'system', id: 'operator', name: 'operator' };
const hash = 'ab'.repeat(32);

/** A little of everything that can happen. */
function history(): Line[] {
  const { db, accept } = openInstallation();
  const by = { by: operator };
  const placed = (page: string, slug: string, parent: string | null = null) =>
    createPage(page, { parent, slug });
  accept({ kind: 'create-token', token, name: 'A', role: 'admin', hash, expiresAt: null }, by);
  accept(placed(top, 'top'), { by: { kind: 'token', id: token, name: 'A' } });
  accept(placed(beneath, 'beneath', top), by);
  accept(placed(other, 'other'), by);
  accept(createChunk(chunk), by);
  accept(savePage(top, 1, { title: 'Two' }), by);
  accept({ kind: 'restore-page', page: top, expected: 2, version: 1 }, by);
  accept({ kind: 'publish-page', page: top }, by);
  accept({ kind: 'unpublish-page', page: top }, by);
  accept({ kind: 'move-page', page: other, expected: 1, slug: 'moved' }, by);
  accept([placed(gone, 'gone'), placed(goneToo, 'too', gone)], by);
  accept({ kind: 'delete-page', page: gone, expected: 1 }, by);
  accept({ kind: 'undelete-page', page: gone }, by);
  accept({ kind: 'delete-page', page: gone, expected: 1 }, by);
  accept({ kind: 'set-minimum-schema-version', minimum: 2 }, by);
  accept({ kind: 'sunset-schema-version', schemaVersion: 2, at: '2099-01-01T00:00:00.000Z' }, by);
  accept({ kind: 'revoke-token', token }, by);
  return [...exportLines(db, () => undefined)].map((line) => JSON.parse(line) as Line);
}

/** Makes positions, stream versions, ids and the chain fit, as whoever forges a log would. */
function sealed(lines: readonly Line[]): string[] {
  let previous = genesisHash;
  let firstPosition = 0;
  const streams = new Map<string, number>();
  return lines.map((line, index) => {
    const position = index + 1;
    if (lines[index - 1]?.changeset !== line.changeset) firstPosition = position;
    const streamVersion = (streams.get(line.stream) ?? 0) + 1;
    streams.set(line.stream, streamVersion);
    const { stream, type, at, by, schemaVersion, changeset, content = null } = line;
    const event = {
      ...{ stream, streamVersion, type, position, firstPosition },
      ...(schemaVersion !== undefined && { schemaVersion }),
      changeset: { id: changeset, at, by, contextHash: hashContext(line.contextSalt, line) },
      payloadHash: hashPayload(line.salt, JSON.stringify(line.data), content),
    };
    previous = chain(previous, event);
    const made = { ...line, position, streamVersion, id: eventId(changeset, position - firstPosition) };
    return JSON.stringify({ ...made, hash: previous });
  });
}

async function importing(
  lines: readonly string[],
): Promise<{ refused?: string; exitCode?: number; rows: number }> {
  const { db } = openInstallation();
  const rows = (): number =>
    ['events', 'changesets', 'streams', 'pages', 'tokens', 'places', 'versions']
      .map((table) => db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0)
      .reduce((sum, count) => sum + count);
  try {
    await importLines(db, takeCharge(db, program), ladder, inOrder(lines), { progress: () => undefined });
    return { rows: rows() };
  } catch (error) {
    const { message, exitCode } = error as Error & { exitCode?: number };
    return { refused: message, ...(exitCode !== undefined && { exitCode }), rows: rows() };
  }
}

async function* inOrder(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) yield await Promise.resolve(line);
}

const good = history();
const at = (type: string, stream?: string): number =>
  good.findIndex((line) => line.type === type && (stream === undefined || line.stream === stream));

test('a log that is sealed again as it was is imported', async () => {
  expect(sealed(good)).toEqual(good.map((line) => JSON.stringify(line)));
  const { rows, refused } = await importing(sealed(good));
  expect([refused, rows > good.length]).toEqual([undefined, true]);
});

/** One line changed. */
function changed(index: number, change: Partial<Line>): Line[] {
  return good.map((line, each) => (each === index ? { ...line, ...change } : line));
}

/** One line's data changed. */
function withData(index: number, change: Data): Line[] {
  return changed(index, { data: { ...good[index]?.data, ...change } });
}

function withPlace(index: number, change: Data): Line[] {
  return withData(index, { place: { ...(good[index]?.data.place as Data), ...change } });
}

let made = 0;

/** An event of a change set of its own, after line `index`. */
function more(index: number, event: Partial<Line> & Pick<Line, 'type' | 'stream' | 'data'>): Line[] {
  const changeset = `99999999-0000-4000-8000-${String(++made).padStart(12, '0')}`;
  const { salt, contextSalt, at: time } = good[index] as Line;
  const line = { position: 0, id: '', streamVersion: 0, at: time, by: operator, changeset, comment: null };
  return good.toSpliced(index + 1, 0, { ...line, source: null, salt, contextSalt, hash: '', ...event });
}

const created = at('PageCreated', top);
const inside = at('PageCreated', beneath);
const saved = at('PageSaved');
const end = good.length - 1;
const document = { schemaVersion: 1, content: '{"title":"X"}' };
const page = (place: Data | null) => ({
  type: 'PageCreated',
  data: { pageType: 'document', place },
  ...document,
});
const isGone = at('PageDeleted');
const deep = `{"title":"X","x":${'['.repeat(64)}${']'.repeat(64)}}`;

/** A chain of pages beneath each other, one too many. */
function tooDeep(): Line[] {
  const pages = Array.from({ length: 100 }, (_, level) => ({
    ...(more(end, {
      stream: id(1000 + level),
      ...page({ parent: level === 0 ? top : id(999 + level), slug: 's', rank: level === 0 ? 'a5' : 'a0' }),
    })[end + 1] as Line),
  }));
  return [...good, ...pages];
}

const forgeries: readonly [what: string, lines: () => Line[], line: number, why: string][] = [
  [
    'a cycle of parents',
    () => withData(at('PageMoved'), { parent: other }),
    at('PageMoved'),
    'beneath itself',
  ],
  [
    'a cycle of two pages',
    () => more(end, { type: 'PageMoved', stream: top, data: { parent: beneath, slug: 'x', rank: 'a0' } }),
    end + 1,
    'beneath itself',
  ],
  ['a parent that there is none of', () => withPlace(inside, { parent: id(99) }), inside, 'there is no page'],
  [
    'a parent that is not in the tree',
    () => more(end, { stream: id(98), ...page({ parent: chunk, slug: 'x', rank: 'a0' }) }),
    end + 1,
    'not in the tree',
  ],
  [
    'a place beneath what is deleted',
    () => more(end, { stream: id(98), ...page({ parent: gone, slug: 'x', rank: 'a5' }) }),
    end + 1,
    'is deleted',
  ],
  ['a page that is its own parent', () => withPlace(created, { parent: top }), created, 'there is no page'],
  ['a rank of other letters', () => withPlace(created, { rank: 'a!' }), created, 'data.place.rank'],
  ['a rank that is none', () => withPlace(created, { rank: 'zz' }), created, 'data.place.rank'],
  [
    "another page's rank",
    () => withPlace(at('PageCreated', other), { rank: (good[created]?.data.place as Data).rank }),
    at('PageCreated', other),
    'rank',
  ],
  ['a slug with a slash', () => withPlace(created, { slug: 'a/b' }), created, 'data.place.slug'],
  ['a slug that is ..', () => withPlace(created, { slug: '..' }), created, 'data.place.slug'],
  [
    'a slug with a control character',
    () => withPlace(created, { slug: 'a\u001b[2J' }),
    created,
    'data.place.slug',
  ],
  [
    'a slug that is taken',
    () => withPlace(at('PageCreated', other), { slug: 'top' }),
    at('PageCreated', other),
    'is taken',
  ],
  ['a slug of too many bytes', () => withPlace(created, { slug: '\u{1f600}'.repeat(257) }), created, 'slug'],
  ['a tree that is too deep', tooDeep, good.length + 99, '101 levels'],
  ['content that is a list', () => changed(created, { content: '[]' }), created, 'no JSON object'],
  ['content that is no JSON', () => changed(created, { content: '{' }), created, 'not JSON'],
  ['content that is too deep', () => changed(created, { content: deep }), created, 'deeper'],
  [
    'a block id that is there twice',
    () => changed(created, { content: '{"title":"X","a":{"_id":"1"},"b":{"_id":"1"}}' }),
    created,
    '_id',
  ],
  [
    'a key that is there twice',
    () => changed(created, { content: '{"title":"X","title":"Y"}' }),
    created,
    'title',
  ],
  [
    'a number that is not exact',
    () => changed(created, { content: '{"title":"X","n":9007199254740993}' }),
    created,
    'exactly',
  ],
  [
    'content of more than 10 MiB',
    () => changed(created, { content: `{"title":"${'ü'.repeat(5_300_000)}"}` }),
    created,
    'larger',
  ],
  [
    'content with a lone surrogate',
    () => changed(created, { content: '{"title":"\ud800"}' }),
    created,
    'line',
  ],
  [
    'a type that there is none of',
    () => withData(created, { pageType: 'spell' }),
    created,
    'no type "spell"',
  ],
  ['schema version 0', () => changed(created, { schemaVersion: 0 }), created, 'schemaVersion'],
  ['schema version -1', () => changed(created, { schemaVersion: -1 }), created, 'schemaVersion'],
  [
    'a restore of nothing',
    () => withData(at('PageRestored'), { restored: 3 }),
    at('PageRestored'),
    'versions 1 to 2',
  ],
  [
    'a publication of nothing',
    () => withData(at('PagePublished'), { version: 9 }),
    at('PagePublished'),
    'versions 1 to 3',
  ],
  [
    'a publication that shows a page',
    () => withData(at('PagePublished'), { version: 1, shows: [top] }),
    at('PagePublished'),
    'no asset',
  ],
  [
    'a publication that shows more than any does',
    () => withData(at('PagePublished'), { version: 1, shows: Array.from({ length: 10_001 }, () => top) }),
    at('PagePublished'),
    'shows more than 10000 assets',
  ],
  ['content versions with a gap', () => withData(saved, { version: 3 }), saved, 'comes no version 3'],
  ['a save on what is to come', () => withData(saved, { base: 2 }), saved, 'versions 1 to 1'],
  [
    'a page event before its creation',
    () => more(0, { type: 'PagePublished', stream: top, data: { version: 1 } }),
    1,
    'there is no page',
  ],
  ['a second creation', () => more(end, { stream: top, ...page(null) }), end + 1, 'does not come first'],
  [
    'a page on the stream of a token',
    () => more(end, { stream: token, ...page(null) }),
    end + 1,
    'does not come first',
  ],
  ['a page on a stream of no UUID', () => more(end, { stream: 'page', ...page(null) }), end + 1, 'no UUID'],
  [
    'a save of what is deleted',
    () => more(isGone, { type: 'PageSaved', stream: gone, data: { version: 2, base: 1 }, ...document }),
    isGone + 1,
    'is deleted',
  ],
  [
    'a publication beneath what is deleted',
    () => more(end, { type: 'PagePublished', stream: goneToo, data: { version: 1 } }),
    end + 1,
    'is deleted',
  ],
  [
    'a deletion of what is deleted',
    () => more(isGone, { type: 'PageDeleted', stream: gone, data: { root: gone } }),
    isGone + 1,
    'is deleted',
  ],
  [
    'a deletion with what is not',
    () => more(end, { type: 'PageDeleted', stream: beneath, data: { root: top } }),
    end + 1,
    'did not go with',
  ],
  [
    'an undeletion of what is not deleted',
    () => more(end, { type: 'PageUndeleted', stream: top, data: {} }),
    end + 1,
    'not deleted',
  ],
  [
    'an undeletion of what went with another',
    () => more(end, { type: 'PageUndeleted', stream: goneToo, data: {} }),
    end + 1,
    'not deleted',
  ],
  [
    'an unpublication of what is not published',
    () => more(end, { type: 'PageUnpublished', stream: other, data: {} }),
    end + 1,
    'not published',
  ],
  [
    'a token revoked that never was',
    () => more(end, { type: 'TokenRevoked', stream: id(97), data: {} }),
    end + 1,
    'there is no token',
  ],
  [
    'a token revoked twice',
    () => more(end, { type: 'TokenRevoked', stream: token, data: {} }),
    end + 1,
    'revoked already',
  ],
  [
    'a token of no role',
    () => withData(at('TokenCreated'), { role: 'god' }),
    at('TokenCreated'),
    'data.role',
  ],
  [
    'a token of no role, and of nobody',
    () => withData(at('TokenCreated'), { role: undefined }),
    at('TokenCreated'),
    'needs a role, or a person',
  ],
  [
    'a token of a role and of somebody',
    () => withData(at('TokenCreated'), { person: { issuer: 'https://id.example', subject: 'ada' } }),
    at('TokenCreated'),
    'needs a role, or a person',
  ],
  [
    'a session of nobody who has come',
    () =>
      withData(at('TokenCreated'), {
        role: undefined,
        person: { issuer: 'https://id.example', subject: 'ada' },
      }),
    at('TokenCreated'),
    'is not known',
  ],
  [
    'a session of a person without a name',
    () => withData(at('TokenCreated'), { role: undefined, person: { issuer: 'https://id.example' } }),
    at('TokenCreated'),
    'data.person.subject',
  ],
  [
    'a token without a digest',
    () => withData(at('TokenCreated'), { hash: 'x' }),
    at('TokenCreated'),
    'data.hash',
  ],
  [
    'a token whose name is too long',
    () => withData(at('TokenCreated'), { name: 'x'.repeat(201) }),
    at('TokenCreated'),
    'data.name',
  ],
  [
    'a token that ends at no time',
    () => withData(at('TokenCreated'), { expiresAt: '2020' }),
    at('TokenCreated'),
    'data.expiresAt',
  ],
  ['a time that is none', () => changed(created, { at: '2020-02-30T00:00:00.000Z' }), created, 'at '],
  ['a year of five digits', () => changed(created, { at: '+012020-01-01T00:00:00.000Z' }), created, 'at '],
  [
    'an author of no kind',
    () => changed(created, { by: { ...operator, kind: 'ghost' as 'system' } }),
    created,
    'by.kind',
  ],
  [
    'an author with more to them',
    () => changed(created, { by: { ...operator, role: 'admin' } as Actor }),
    created,
    'by.role',
  ],
  [
    'an author that is no token',
    () => changed(created, { by: { kind: 'token', id: id(96), name: 'A' } }),
    created,
    'author',
  ],
  ['a comment that is too long', () => changed(created, { comment: 'x'.repeat(2001) }), created, 'comment'],
  [
    'a comment that is no text',
    () => changed(created, { comment: { a: 1 } as unknown as string }),
    created,
    'line',
  ],
  [
    'a comment with half a letter',
    () => changed(created, { comment: '\ud800' }),
    created,
    'the chain breaks',
  ],
  [
    'an own comment that is too long',
    () => withData(saved, { comment: 'x'.repeat(2001) }),
    saved,
    'data.comment',
  ],
  ['an unknown member', () => withData(saved, { more: 1 }), saved, 'data.more'],
  ['copies that are none', () => withData(saved, { copies: { a: 1 } }), saved, 'data.copies'],
  [
    'a change set that comes again',
    () => changed(end, { changeset: (good[created] as Line).changeset }),
    end,
    'ended before',
  ],
  ['a change set of no UUID', () => changed(created, { changeset: 'mine' }), created, 'changeset'],
  ['a type of event that there is none of', () => changed(end, { type: 'TokenEaten' }), end, 'type'],
  [
    'a minimum that nothing has',
    () => withData(at('MinimumSchemaVersionSet'), { minimum: 99 }),
    at('MinimumSchemaVersionSet'),
    '99',
  ],
  [
    'a minimum on a stream of its own',
    () => changed(at('MinimumSchemaVersionSet'), { stream: 'mine' }),
    at('MinimumSchemaVersionSet'),
    schemaStream,
  ],
  [
    'a sunset of version 0',
    () => withData(at('SchemaVersionSunset'), { schemaVersion: 0 }),
    at('SchemaVersionSunset'),
    'data.schemaVersion',
  ],
];

test.each(forgeries)('nothing is taken of a log with %s', async (_what, lines, index, why) => {
  const { refused, exitCode, rows } = await importing(sealed(lines()));
  expect([refused, exitCode, rows]).toEqual([
    expect.stringMatching(new RegExp(`(?:line|position) ${index + 1}\\b`)),
    65,
    0,
  ]);
  expect(refused).toContain(why);
});

test('a log of a newer program is told as that', async () => {
  const { refused, rows } = await importing(sealed(changed(created, { schemaVersion: 99 })));
  expect([refused, rows]).toEqual([expect.stringContaining('this program knows versions up to'), 0]);
});

test('earlier releases wrote an event for each page that went, and for each that came back', async () => {
  const lines = good.flatMap((line) =>
    line.stream === gone && ['PageDeleted', 'PageUndeleted'].includes(line.type)
      ? [line, { ...line, stream: goneToo }]
      : [line],
  );
  expect(await importing(sealed(lines))).toMatchObject({ rows: expect.any(Number) as number });
  expect((await importing(sealed(lines))).refused).toBeUndefined();
});
