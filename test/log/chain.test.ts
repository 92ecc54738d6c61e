import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import type { Actor } from '../../src/events/event.js';
import type { Database } from '../../src/log/database.js';
import { chain, eventId, genesisHash } from '../../src/log/digest.js';
import { readHead } from '../../src/log/log.js';
import { readLog } from '../../src/log/read-log.js';
import {
  createChunk,
  createPage,
  createToken,
  deletePage,
  publishPage,
  savePage,
} from '../support/commands.js';
import { anyCharacter } from '../../src/schema/laws/any-character.js';
import { openInstallation } from '../support/installation.js';

interface Row {
  position: number;
  changeset: number;
  stream: string;
  stream_version: number;
  type: string;
  schema_version: number | null;
  data: string;
  content: string | null;
  payload_hash: Buffer;
  hash: Buffer;
  id: string;
  at: string;
  by: string;
  comment: string | null;
  source: string | null;
  salt: Buffer;
  context_salt: Buffer;
  context_hash: Buffer;
}

function sha256(...parts: readonly (string | Buffer)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The hashes that the events should have, from nothing but the stored rows and the definition of the chain. */
function expectedChain(db: Database): readonly string[] {
  const rows = db
    .prepare<[], Row>(
      `SELECT events.*, streams.id AS stream, changesets.id, at, by, comment, source,
              changesets.salt AS context_salt, context_hash FROM events
       JOIN streams ON streams.number = events.stream
       JOIN changesets ON first_position = changeset ORDER BY position`,
    )
    .all();
  let previous: Buffer = Buffer.alloc(32);
  return rows.map((row) => {
    const text = row.content === null ? [row.data] : [row.data, '\n', row.content];
    const payload = sha256(row.salt, ...text);
    expect(row.payload_hash.equals(payload)).toBe(true);
    const { id, kind, name } = JSON.parse(row.by) as Actor;
    const source = row.source === null ? null : (JSON.parse(row.source) as unknown);
    const said = canonicalize({ comment: row.comment, name, source }) ?? '';
    const context = sha256(row.context_salt, said);
    expect(row.context_hash.equals(context)).toBe(true);
    expect([row.salt.length, row.context_salt.length]).toEqual([16, 16]);
    const everythingElse = {
      id: eventId(row.id, row.position - row.changeset),
      stream: row.stream,
      streamVersion: row.stream_version,
      type: row.type,
      ...(row.schema_version !== null && { schemaVersion: row.schema_version }),
      at: row.at,
      by: { id, kind },
      changeset: { id: row.id, context: context.toString('hex') },
      payload: payload.toString('hex'),
    };
    const position = Buffer.alloc(8);
    position.writeBigUInt64BE(BigInt(row.position));
    previous = sha256(previous, position, sha256(canonicalize(everythingElse) ?? ''));
    return previous.toString('hex');
  });
}

function storedChain(db: Database): readonly string[] {
  return db.prepare<[], string>('SELECT lower(hex(hash)) FROM events ORDER BY position').pluck().all();
}

describe('the chain', () => {
  it('is the one that is defined, for every kind of event', () => {
    const { db, accept } = openInstallation();
    accept([createPage('home'), createPage('a', { parent: 'home' })], { comment: 'two pages' });
    accept([savePage('a', 1, { title: 'new' }), publishPage('a')], {
      source: { kind: 'git', commit: 'abc' },
    });
    accept([deletePage('home'), createToken('tess')]);
    expect(storedChain(db)).toHaveLength(6);
    expect(storedChain(db)).toEqual(expectedChain(db));
    expect(readHead(db).hash).toBe(storedChain(db).at(-1));
  });

  it('is the one that is defined, whatever people write', () => {
    const anyText = fc.oneof(
      fc.string(),
      fc.string({ unit: anyCharacter }),
      fc.constantFrom('a\ud800b', '\0', '"\\\n'),
    );
    // Texts of which the pairs are in another order as numbers, as UTF-16 and as UTF-8.
    const keys = fc.oneof(fc.constantFrom('10', '9', '__proto__', '\u{10000}', '\uffff'), fc.string());
    const sources = fc.dictionary(keys, fc.string(), { noNullPrototype: true });
    fc.assert(
      fc.property(
        anyText,
        fc.option(anyText),
        fc.option(sources),
        anyText,
        (name, comment, source, title) => {
          const { db, accept, finish } = openInstallation();
          accept([createChunk('a'), savePage('a', 1, { title, new: true })], {
            by: { kind: 'person', id: 'p', name },
            comment,
            source,
          });
          expect(storedChain(db)).toEqual(expectedChain(db));
          finish();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('goes on from where it was when a change set was undone', () => {
    const { db, accept, submit } = openInstallation();
    accept(createPage('home'));
    submit([createPage('a'), createPage('home')]);
    accept(createPage('b'), { dryRun: true });
    accept(createPage('c'));
    expect(storedChain(db)).toEqual(expectedChain(db));
  });

  it('tells two histories apart from the first event that differs', () => {
    const [one, other] = ['one', 'other'].map((title) => {
      const { db, accept } = openInstallation();
      const head = { at: '2026-02-03T04:05:06.789Z', saltsFrom: 'the same' };
      const id = (digit: number) => `0190f3c2-7e4b-7aaa-900${digit}-000000000000`;
      accept(createChunk('a'), { ...head, id: id(1) });
      accept(savePage('a', 1, { title }), { ...head, id: id(2) });
      accept(publishPage('a'), { ...head, id: id(3) });
      return storedChain(db);
    });
    expect(one?.map((hash, index) => hash === other?.[index])).toEqual([true, false, false]);
  });
});

describe('a salt', () => {
  it('is of each payload and each context its own', () => {
    const { db, accept } = openInstallation();
    accept([createPage('home'), createPage('a'), deletePage('home')]);
    accept(savePage('a', 1, { title: 'new' }));
    const salts = saltsOf(db);
    expect(salts).toHaveLength(6);
    expect(new Set(salts).size).toBe(6);
  });

  it('is another each time, so that what was erased leaves nothing to compare a guess with', () => {
    const [one, other] = ['one', 'other'].map(() => {
      const { db, accept } = openInstallation();
      const head = { at: '2026-02-03T04:05:06.789Z', id: '0190f3c2-7e4b-7aaa-9001-000000000000' };
      accept(createChunk('a'), { ...head, comment: 'the very same' });
      const hashes = db
        .prepare<[], string>('SELECT hex(payload_hash) || hex(context_hash) FROM events JOIN changesets')
        .pluck()
        .all();
      return [...saltsOf(db), ...hashes];
    });
    expect(one?.filter((value) => other?.includes(value))).toEqual([]);
  });

  it('is the same for whoever derives it from the same, and none tells another', () => {
    const [one, again, other] = ['tree', 'tree', 'other tree'].map((saltsFrom) => {
      const { db, accept } = openInstallation();
      accept([createPage('home'), createPage('a')], { saltsFrom });
      return saltsOf(db);
    });
    expect(one).toEqual(again);
    expect(new Set([...(one ?? []), ...(other ?? [])]).size).toBe(6);
  });

  it('erased with its text leaves a chain that is whole', () => {
    const { db, accept } = openInstallation();
    accept(createPage('a'), { comment: 'secret' });
    accept(savePage('a', 1, { title: 'secret' }), { comment: 'secret' });
    const events = [...readLog(db)];
    let hash = genesisHash;
    for (const { payloadHash, changeset, ...event } of events) {
      const erased = { id: changeset.id, at: changeset.at, by: { ...changeset.by, name: '' } };
      hash = chain(hash, {
        ...event,
        payloadHash,
        changeset: { ...erased, contextHash: changeset.contextHash },
      });
    }
    expect(hash).toBe(readHead(db).hash);
  });
});

function saltsOf(db: Database): readonly string[] {
  return db
    .prepare<[], string>('SELECT hex(salt) FROM events UNION ALL SELECT hex(salt) FROM changesets')
    .pluck()
    .all();
}

describe('the id of an event', () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  it('is a UUID of version 8', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(), (changeset, index) => {
        expect(eventId(changeset, index)).toMatch(uuid);
      }),
    );
  });

  it('is that of the change set, but for the version and the last 48 bits, which count on from there', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(), (changeset, index) => {
        const id = eventId(changeset, index);
        expect(`${id.slice(0, 14)}${id.slice(15, 24)}`).toBe(
          `${changeset.slice(0, 14)}${changeset.slice(15, 24)}`,
        );
        const [from, to] = [changeset, id].map((text) => BigInt(`0x${text.slice(24)}`));
        expect(to).toBe(((from ?? 0n) + BigInt(index) + 1n) % (1n << 48n));
      }),
    );
  });

  it.each([
    ['0190f3c2-7e4b-7aaa-9000-000000000000', 0, '0190f3c2-7e4b-8aaa-9000-000000000001'],
    ['0190f3c2-7e4b-7aaa-9000-0000000000fe', 1, '0190f3c2-7e4b-8aaa-9000-000000000100'],
    ['0190f3c2-7e4b-7aaa-9000-000000ffffff', 0, '0190f3c2-7e4b-8aaa-9000-000001000000'],
    ['0190f3c2-7e4b-7aaa-9000-ffffffffffff', 0, '0190f3c2-7e4b-8aaa-9000-000000000000'],
  ])('of %s, event %d, is %s', (changeset, index, id) => {
    expect(eventId(changeset, index)).toBe(id);
  });
});
