import fc from 'fast-check';
import { batch } from '../../src/http/batch/batch.js';
import { createPage as createRoute } from '../../src/http/pages/create-page.js';
import { deletePage } from '../../src/http/pages/delete-page.js';
import { movePage } from '../../src/http/pages/move-page.js';
import { patchContent } from '../../src/http/pages/patch-content.js';
import { publishPage } from '../../src/http/pages/publish-page.js';
import { restorePage } from '../../src/http/pages/restore-page.js';
import { saveContent } from '../../src/http/pages/save-content.js';
import { undeletePage } from '../../src/http/pages/undelete-page.js';
import { unpublishPage } from '../../src/http/pages/unpublish-page.js';
import type { Body, Sent } from '../../src/http/edge/sent.js';
import { createToken } from '../../src/http/tokens/create-token.js';
import { readWriteHead } from '../../src/http/edge/write-head.js';
import type { PageWriteRoute, WriteRoute } from '../../src/http/routing/write-route.js';
import { Refusal } from '../../src/refusal.js';
import type { JsonObject, JsonValue } from '../../src/schema/json/json.js';
import { anyJson } from '../schema/any-json.js';
import { ladder } from '../support/ladder.js';
import { createPage, onTop } from '../support/pages.js';
import { useServer } from '../support/server.js';

const server = useServer();
const id = '00000000-0000-4000-8000-000000000000';
const served = { ladder, servedVersions: { minimum: () => 1 } };
const fields = { parent: null, slug: 'a', before: id, comment: 'why' };

/** A body that is taken, of each write that has one, and whether some of it is content, which may be anything. */
const envelopes: readonly (readonly [name: string, body: JsonObject, read: (body: JsonValue) => unknown])[] =
  [
    ['create', { ...fields, id, type: 'document', content: {} }, bySelf(createRoute)],
    ['restore', { version: 1, comment: 'why' }, bySelf(restorePage)],
    ['move', fields, bySelf(movePage)],
    ['publish', { version: 1, comment: 'why' }, bySelf(publishPage)],
    ['unpublish', { comment: 'why' }, bySelf(unpublishPage)],
    ['undelete', { comment: 'why' }, bySelf(undeletePage)],
    [
      'token',
      { role: 'editor', name: 'n', expiresAt: '2030-01-01T00:00:00Z' },
      (body) => asRequest(createToken, body),
    ],
    ['batch', { commands: [item('/pages/x/publish', {})], comment: 'why' }, inBatch],
    ['item', item('/pages', { type: 'document', content: {} }), (body) => inBatch({ commands: [body] })],
    [
      'headers',
      { 'If-Match': '"v1"', Comment: 'why', 'Schema-Version': '1', 'Copied-Blocks': 'a=b' },
      (headers) => inBatch({ commands: [{ ...item('/pages/x/content', {}), method: 'PUT', headers }] }),
    ],
  ];

/** Bodies that are documents or patches: whatever they are, they are read or refused. */
const whole: readonly (readonly [name: string, read: (body: JsonValue) => unknown])[] = [
  ['save', bySelf(saveContent)],
  ['patch', bySelf(patchContent)],
  ['delete', bySelf(deletePage)],
  ...envelopes.map(([name, , read]) => [name, read] as const),
];

function item(path: string, body: JsonObject): JsonObject {
  return { method: 'POST', path, headers: { 'Schema-Version': '1', 'If-Match': '"v1"' }, body };
}

function inBatch(body: JsonValue): unknown {
  return asRequest(batch, body);
}

function asRequest(route: WriteRoute, body: JsonValue): unknown {
  return route.read(sent({ kind: 'bytes', bytes: Buffer.from(JSON.stringify(body)) }), served);
}

function sent(body: Body, type = 'application/json'): Sent {
  const headers = { 'content-type': type, 'if-match': '"v1"', 'schema-version': '1' };
  return { params: { id }, headers, head: readWriteHead(headers, served), query: {}, body };
}

/** Reads a body as it comes by itself, and as an item of a batch has it: both take it, or neither does. */
function bySelf(route: PageWriteRoute): (body: JsonValue) => unknown {
  return (value) => {
    const bytes = Buffer.from(JSON.stringify(value));
    const type = route === patchContent ? 'application/json-patch+json' : 'application/json';
    const results = [
      resultOf(() => route.readOne(sent({ kind: 'bytes', bytes }, type))),
      resultOf(() => route.readOne(sent({ kind: 'value', value }, type))),
    ];
    for (const result of results) if (result instanceof Refusal) throw result;
    return results[0];
  };
}

/** What it answers, or the refusal. @throws what is none, which is a bug */
function resultOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Keys that every object has in JavaScript, and those that libraries look for. */
const strangeKeys = [
  ...Object.getOwnPropertyNames(Object.prototype),
  'prototype',
  'then',
  'toJSON',
  'length',
];

const strangeObject = fc
  .tuple(fc.constantFrom(...strangeKeys), anyJson)
  .map(([key, value]) => JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`) as JsonObject);

const deep = fc.integer({ min: 1, max: 60 }).map((levels) => {
  let value: JsonValue = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { constructor: value };
  return value;
});

const hostile: fc.Arbitrary<JsonValue> = fc.oneof(anyJson, strangeObject, deep);

function withMember(body: JsonObject, key: string, value: JsonValue): JsonObject {
  return Object.fromEntries([...Object.entries(body).filter(([name]) => name !== key), [key, value]]);
}

describe('An envelope', () => {
  it.each(envelopes)('of a right %s is taken', (_name, body, read) => {
    expect(resultOf(() => read(body))).not.toBeInstanceOf(Refusal);
  });

  it.each(whole)('of a %s that is any JSON at all is read, or refused by a sentence', (_name, read) => {
    fc.assert(
      fc.property(hostile, (body) => {
        resultOf(() => read(body));
      }),
    );
  });

  it.each(envelopes)(
    'of a %s with any JSON in any member is read, or refused by a sentence',
    (_name, body, read) => {
      fc.assert(
        fc.property(fc.constantFrom(...Object.keys(body)), hostile, (key, value) => {
          resultOf(() => read(withMember(body, key, value)));
        }),
      );
    },
  );

  it.each(envelopes.filter(([name]) => name !== 'headers'))(
    'of a %s with a member that it does not know is malformed, whatever it is called',
    (_name, body, read) => {
      const isKnown = (key: string): boolean =>
        Object.hasOwn(body, key) || ['before', 'after', 'body'].includes(key);
      const keys = fc.oneof(fc.constantFrom(...strangeKeys), fc.string()).filter((key) => !isKnown(key));
      fc.assert(
        fc.property(keys, hostile, (key, value) => {
          expect(resultOf(() => read(withMember(body, key, value)))).toMatchObject({
            code: 'malformed-request',
          });
        }),
      );
    },
  );

  it.each(envelopes.filter(([name]) => name !== 'headers'))(
    'of a %s with an object where text or a number belongs is malformed',
    (_name, body, read) => {
      const members = Object.keys(body).filter((key) => !['content', 'body', 'headers'].includes(key));
      fc.assert(
        fc.property(fc.constantFrom(...members), fc.oneof(strangeObject, deep), (key, value) => {
          expect(resultOf(() => read(withMember(body, key, value)))).toMatchObject({
            code: 'malformed-request',
          });
        }),
      );
    },
  );
});

it.each(['{"constructor":1}', '{"toString":1}', '{"__proto__":1}', '{"then":1}', '[[1]]', '7'])(
  'A comment that is %s is refused by every write that has an envelope',
  async (comment) => {
    const page = await createPage(server);
    const path = `/pages/${page.id}`;
    const envelope = `"comment":${comment}`;
    const writes: readonly (readonly [path: string, body: string])[] = [
      ['/pages', `{"type":"document","content":{"title":"x"},${envelope}}`],
      [`${path}/restore`, `{"version":1,${envelope}}`],
      [`${path}/move`, `{"slug":"a",${envelope}}`],
      [`${path}/publish`, `{${envelope}}`],
      [`${path}/unpublish`, `{${envelope}}`],
      [`${path}/undelete`, `{${envelope}}`],
      ['/tokens', `{"role":"editor","name":${comment}}`],
      ['/batch', `{"commands":[{"method":"POST","path":"${path}/publish"}],${envelope}}`],
      ['/batch', `{"commands":[{"method":"POST","path":"${path}/publish","body":{${envelope}}}]}`],
      ['/batch', `{"commands":[{"method":"POST","path":"${path}/publish","headers":${comment}}]}`],
      ['/batch', `{"commands":[{"method":"POST","path":${comment}}]}`],
    ];
    const before = await server.position();
    for (const [target, body] of writes) {
      const { status, json } = await server.request('POST', target, { headers: onTop(1), body });
      // Headers are read one by one: those that nobody knows are passed over, and none may be anything but text.
      expect([target, body, status, json.code]).toEqual([target, body, 400, 'malformed-request']);
    }
    expect(await server.position()).toBe(before);
  },
);
