import { randomUUID } from 'node:crypto';
import { createPage, onTop, save, speaks, tokenFor, write } from '../support/pages.js';
import { declareLarge } from '../support/raw-http.js';
import { useServer, type Sending } from '../support/server.js';

const server = useServer();
const missing = randomUUID();
/** Stands for a body of 20 MB, which is declared and not sent: the answer comes before it. */
const tooLarge = 'too large';
const text = { 'content-type': 'text/plain' };
const jsonPatch = { 'content-type': 'application/json-patch+json' };
const twice = '{"title":"a","title":"b"}';

/** The page is at version 2, a published one, and its neighbour holds the slug "taken". */
async function situation(): Promise<{ id: string; deleted: string }> {
  const { id } = await createPage(server, { slug: randomUUID() });
  await save(server, id, 1, { title: 'Second' });
  await write(server, 'POST', `/pages/${id}/publish`);
  const { id: deleted } = await createPage(server, { slug: randomUUID() });
  await write(server, 'DELETE', `/pages/${deleted}`, { headers: onTop(1) });
  return { id, deleted };
}

type Case = readonly [
  status: number,
  code: string,
  method: string,
  path: string,
  sending: Sending & { role?: string },
];

describe('Of two reasons to refuse the first in the order of the contract is told', () => {
  const cases: readonly (readonly [string, Case])[] = [
    ['401 before 404', [401, 'unauthenticated', 'GET', `/pages/${missing}`, { token: null }]],
    ['401 before 400', [401, 'unauthenticated', 'GET', '/pages?colour=blue', { token: null }]],
    ['401 before 413', [401, 'unauthenticated', 'POST', '/pages', { token: null, body: tooLarge }]],
    [
      '401 before 415',
      [401, 'unauthenticated', 'PUT', '/pages/ID/content', { token: null, headers: text, body: 'x' }],
    ],
    ['401 before 428', [401, 'unauthenticated', 'DELETE', '/pages/ID', { token: null }]],
    [
      '403 before 400 in the query',
      [403, 'forbidden', 'PUT', '/pages/ID/content?colour=blue', { role: 'render' }],
    ],
    [
      '403 before 400 in the body',
      [403, 'forbidden', 'POST', '/pages/ID/publish', { role: 'editor', body: '{' }],
    ],
    ['403 before 413', [403, 'forbidden', 'POST', '/pages', { role: 'render', body: tooLarge }]],
    [
      '403 before 413 for a publication',
      [403, 'forbidden', 'POST', '/pages/ID/publish', { role: 'editor', body: tooLarge }],
    ],
    [
      '403 before 415',
      [403, 'forbidden', 'POST', '/tokens', { role: 'publisher', headers: text, body: 'x' }],
    ],
    [
      '403 before 400 in the query of a deletion',
      [403, 'forbidden', 'DELETE', '/pages/ID?x=1', { role: 'editor', headers: onTop(2) }],
    ],
    [
      '403 before 400 in the query of a move',
      [
        403,
        'forbidden',
        'POST',
        '/pages/ID/move?x=1',
        { role: 'editor', headers: onTop(2), body: { slug: 'x' } },
      ],
    ],
    [
      '403 before 400 in Schema-Version',
      [
        403,
        'forbidden',
        'POST',
        '/pages/ID/move',
        { role: 'editor', headers: { ...onTop(2), 'schema-version': '99' }, body: { slug: 'x' } },
      ],
    ],
    [
      '403 before 400 in If-Match',
      [403, 'forbidden', 'DELETE', '/pages/ID', { role: 'editor', headers: { 'if-match': 'v1' } }],
    ],
    [
      '403 before 400 in the body of a move',
      [403, 'forbidden', 'POST', '/pages/ID/move', { role: 'editor', headers: onTop(2), body: '{' }],
    ],
    [
      '403 before 413 for a move',
      [403, 'forbidden', 'POST', '/pages/ID/move', { role: 'editor', headers: onTop(2), body: tooLarge }],
    ],
    [
      '403 before 415 for a move',
      [
        403,
        'forbidden',
        'POST',
        '/pages/ID/move',
        { role: 'editor', headers: { ...onTop(2), ...text }, body: 'x' },
      ],
    ],
    ['403 before 428', [403, 'forbidden', 'DELETE', '/pages/ID', { role: 'editor' }]],
    [
      '403 before 428 for a move',
      [403, 'forbidden', 'POST', '/pages/ID/move', { role: 'editor', body: { slug: 'x' } }],
    ],
    ['403 before 412', [403, 'forbidden', 'DELETE', '/pages/ID', { role: 'editor', headers: onTop(1) }]],
    ['403 before 409', [403, 'forbidden', 'POST', '/pages/DELETED/publish', { role: 'editor' }]],
    ['404 before 400 in the query', [404, 'not-found', 'GET', `/pages/${missing}?colour=blue`, {}]],
    ['404 before 400 in asOf', [404, 'not-found', 'GET', `/pages/${missing}?asOf=yesterday`, {}]],
    ['404 before 400 in a coming asOf', [404, 'not-found', 'GET', `/pages/${missing}?asOf=999999`, {}]],
    ['404 before 400 in a list', [404, 'not-found', 'GET', `/pages/${missing}/versions?limit=0`, {}]],
    ['404 before 400 in a diff', [404, 'not-found', 'GET', `/pages/${missing}/diff`, {}]],
    ['404 before 400 for a path', [404, 'not-found', 'GET', '/paths/nowhere?colour=blue', {}]],
    [
      '404 before 400 in a header',
      [404, 'not-found', 'GET', `/pages/${missing}`, { headers: { 'schema-version': '99' } }],
    ],
    [
      '404 before 400 in a body',
      [404, 'not-found', 'PUT', `/pages/${missing}/content`, { headers: onTop(1), body: '{' }],
    ],
    ['404 before 400 for readers', [404, 'not-found', 'GET', '/changesets?colour=blue', { role: 'render' }]],
    [
      '404 before 413',
      [404, 'not-found', 'PUT', `/pages/${missing}/content`, { headers: onTop(1), body: tooLarge }],
    ],
    [
      '404 before 415',
      [
        404,
        'not-found',
        'PUT',
        `/pages/${missing}/content`,
        { headers: { ...onTop(1), ...text }, body: 'x' },
      ],
    ],
    ['404 before 428', [404, 'not-found', 'DELETE', `/pages/${missing}`, {}]],
    [
      '404 of a version before 412',
      [404, 'version-not-found', 'POST', '/pages/ID/restore', { headers: onTop(1), body: { version: 9 } }],
    ],
    [
      '404 of a version before 409',
      [404, 'version-not-found', 'POST', '/pages/DELETED/publish', { body: { version: 9 } }],
    ],
    [
      '400 in the query before 413',
      [
        400,
        'malformed-request',
        'PUT',
        '/pages/ID/content?colour=blue',
        { headers: onTop(2), body: tooLarge },
      ],
    ],
    [
      '400 in a header before 413',
      [
        400,
        'schema-version-unknown',
        'POST',
        '/pages',
        { headers: { 'schema-version': '99' }, body: tooLarge },
      ],
    ],
    [
      '400 in a header before 415',
      [
        400,
        'schema-version-unknown',
        'PUT',
        '/pages/ID/content',
        { headers: { 'schema-version': '99', ...text }, body: 'x' },
      ],
    ],
    ['400 in a body before 428', [400, 'malformed-request', 'PUT', '/pages/ID/content', { body: '{' }]],
    [
      '403 before 400 in a patch',
      [403, 'forbidden', 'PATCH', '/pages/ID/content', { role: 'render', headers: jsonPatch, body: '[{}]' }],
    ],
    [
      '400 in a patch before 428',
      [400, 'malformed-request', 'PATCH', '/pages/ID/content', { headers: jsonPatch, body: '[{}]' }],
    ],
    [
      '400 in a patch before 412',
      [
        400,
        'malformed-request',
        'PATCH',
        '/pages/ID/content',
        { headers: { ...onTop(1), ...jsonPatch }, body: '{}' },
      ],
    ],
    [
      '400 in a patch before 422 of the same',
      [
        400,
        'malformed-request',
        'PATCH',
        '/pages/ID/content',
        { headers: { ...onTop(2), ...jsonPatch }, body: '[{"op":"add","op":"add","path":"/a"}]' },
      ],
    ],
    [
      '400 in a patch in a batch before 428 there',
      [
        400,
        'malformed-request',
        'POST',
        '/batch',
        { headers: speaks, body: { commands: [{ method: 'PATCH', path: '/pages/x/content', body: [7] }] } },
      ],
    ],
    [
      '400 in an envelope before 428',
      [400, 'malformed-request', 'POST', '/pages/ID/move', { body: { colour: 'blue' } }],
    ],
    [
      '400 of a place before 428',
      [
        400,
        'malformed-request',
        'POST',
        '/pages',
        { body: { type: 'document', parent: missing, content: {} } },
      ],
    ],
    [
      '400 in Comment before 428',
      [
        400,
        'malformed-request',
        'PUT',
        '/pages/ID/content',
        { headers: { comment: "UTF-8''%ff" }, body: {} },
      ],
    ],
    [
      '400 in Idempotency-Key before 428',
      [400, 'malformed-request', 'DELETE', '/pages/ID', { headers: { 'idempotency-key': 'x'.repeat(256) } }],
    ],
    [
      '400 in If-Match before 412',
      [400, 'malformed-request', 'DELETE', '/pages/ID', { headers: { 'if-match': 'v1' } }],
    ],
    ['413 before 428', [413, 'too-large', 'PUT', '/pages/ID/content', { body: tooLarge }]],
    [
      '415 before 428',
      [415, 'unsupported-media-type', 'PUT', '/pages/ID/content', { headers: text, body: '{}' }],
    ],
    [
      '415 before 412',
      [415, 'unsupported-media-type', 'PATCH', '/pages/ID/content', { headers: onTop(1), body: [] }],
    ],
    [
      '428 before 412',
      [
        428,
        'precondition-required',
        'PUT',
        '/pages/ID/content',
        { headers: { 'if-match': '"v1"' }, body: {} },
      ],
    ],
    ['428 before 409', [428, 'precondition-required', 'PUT', '/pages/DELETED/content', { body: {} }]],
    [
      '428 before 409 for a path',
      [428, 'precondition-required', 'POST', '/pages/ID/move', { body: { slug: 'taken' } }],
    ],
    [
      '428 before 422',
      [428, 'precondition-required', 'PUT', '/pages/ID/content', { headers: speaks, body: twice }],
    ],
    [
      '412 before 409',
      [412, 'version-conflict', 'PUT', '/pages/DELETED/content', { headers: onTop(7), body: { title: 'x' } }],
    ],
    [
      '412 before 409 for a path',
      [412, 'version-conflict', 'POST', '/pages/ID/move', { headers: onTop(1), body: { slug: 'taken' } }],
    ],
    [
      '412 before 422',
      [412, 'version-conflict', 'PUT', '/pages/ID/content', { headers: onTop(1), body: twice }],
    ],
    [
      '412 before 422 of a place that a patch does not find',
      [
        412,
        'version-conflict',
        'PATCH',
        '/pages/ID/content',
        { headers: { ...onTop(1), ...jsonPatch }, body: '[{"op":"remove","path":"/nope"}]' },
      ],
    ],
    [
      '409 before 422',
      [409, 'page-deleted', 'PUT', '/pages/DELETED/content', { headers: onTop(1), body: twice }],
    ],
    [
      '409 of an id before 422',
      [
        409,
        'id-taken',
        'POST',
        '/pages',
        { headers: speaks, body: { type: 'document', id: 'ID', content: 7 } },
      ],
    ],
    [
      '409 of a path before 422',
      [
        409,
        'path-taken',
        'POST',
        '/pages',
        { headers: speaks, body: { type: 'x', slug: 'taken', content: {} } },
      ],
    ],
  ];

  beforeAll(() => createPage(server, { slug: 'taken' }));

  it.each(cases)('%s', async (_name, [status, code, method, path, { role, ...sending }]) => {
    const { id, deleted } = await situation();
    const token = role === undefined ? {} : { token: await tokenFor(server, role) };
    const body =
      typeof sending.body === 'object'
        ? JSON.stringify(sending.body).replace('"ID"', `"${id}"`)
        : sending.body;
    const before = await server.position();
    const target = path.replace('ID', id).replace('DELETED', deleted);
    const asked = { ...sending, ...token, ...(body !== undefined && { body }) };
    const answer =
      body === tooLarge
        ? await declareLarge(server.port, method, target, asked)
        : await server.request(method, target, asked);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(await server.position()).toBe(before);
  });
});
