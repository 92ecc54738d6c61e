import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectralCore from '@stoplight/spectral-core';
import spectralRules from '@stoplight/spectral-rulesets';
import type { Writer } from '../../src/commands/change-set.js';
import type { DearReads } from '../../src/http/large-reads/dear-reads.js';
import { AppModule } from '../../src/http/app.module.js';
import { Issuers } from '../../src/http/edge/issuers.js';
import { RequestRates } from '../../src/http/edge/request-rates.js';
import { defaultEdge } from '../../src/installation/edge-settings.js';
import { Pictures } from '../../src/files/pictures/pictures.js';
import { gif, png, sendFile, upload } from '../support/assets.js';
import { FileStore } from '../../src/files/file-store.js';
import { Metrics } from '../../src/http/system/metrics.js';
import { defaultMemory, memoryLimits } from '../../src/installation/memory-limits.js';
import { ReadModel } from '../../src/queries/read-model.js';
import { ask, succeed } from '../cli/run.js';
import { ApiDocument, type Content, type Headers, type Operation } from '../support/described.js';
import { startSignInIssuer, type SignInIssuer } from '../support/people.js';
import { createPage, onTop, save, speaks, tokenFor, write } from '../support/pages.js';
import { adminSecret, makeServer, type Answer, type Server } from '../support/server.js';
import { ladder } from '../support/ladder.js';

let issuer: SignInIssuer;
let server: Server;
let api: OpenAPIObject;
let described: ApiDocument;

beforeAll(async () => {
  issuer = await startSignInIssuer();
  server = makeServer(issuer.setting());
  await server.start();
  api = (await server.request('GET', '/openapi.json')).json as unknown as OpenAPIObject;
  described = new ApiDocument(api);
});

afterAll(async () => {
  await server.remove();
  await issuer.server.stop();
});

function operations(): ReadonlyMap<string, Operation> {
  return described.operations;
}

function examples(operation: Operation): readonly { schema: object; value: unknown }[] {
  const { content = {} } = (operation.requestBody ?? {}) as { content?: Content };
  return Object.values(content).flatMap(({ schema, examples = {} }) =>
    Object.values(examples).map(({ value }) => ({ schema, value })),
  );
}

/** Checks status, media type, headers and body of an answer against what is said of the operation. */
function expectDescribed(name: string, answer: Answer): void {
  expect(described.faultsOf(name, answer)).toEqual([]);
}

describe('GET /openapi.json', () => {
  it('needs a token', async () => {
    expect((await server.request('GET', '/openapi.json', { token: null })).status).toBe(401);
  });

  it('refuses parameters', async () => {
    expect((await server.request('GET', '/openapi.json?pretty=1')).status).toBe(400);
  });

  it('is valid, and clean by the recommended rules of a linter', async () => {
    const config = await createConfig({
      extends: ['recommended'],
      // Nest wraps the reference to an enum like this.
      rules: { 'no-illogical-composition-keywords': 'off' },
    });
    const problems = await lintFromString({ source: JSON.stringify(api), config });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
      [],
    );
  });

  it('is clean by the recommended rules of another linter', async () => {
    const spectral = new spectralCore.Spectral();
    // Its own types of a set of rules don't fit each other.
    spectral.setRuleset({ extends: [[spectralRules.oas as never, 'recommended']] });
    const problems = await spectral.run(JSON.parse(JSON.stringify(api)) as Record<string, unknown>);
    expect(problems.map(({ code, message, path }) => [code, message, path.join('/')])).toEqual([]);
  });

  it('is what the command line prints, with no data directory', async () => {
    const nowhere = ['openapi', '--data', join(server.directory, 'nowhere')];
    expect(await ask(...nowhere)).toEqual(api);
    expect(JSON.parse(await succeed(...nowhere))).toEqual(api);
  });

  it('names its server as seen from itself, below whatever prefix', () => {
    expect(api.servers).toEqual([{ url: '.' }]);
  });

  it('describes the routes that there are, and no others', async () => {
    expect([...operations().keys()].sort()).toEqual(await routes());
  });

  it('lets nobody ask without a token, but for the health checks', () => {
    const open = [...operations()].flatMap(([name, { security = api.security }]) =>
      security?.length === 0 ? [name] : [],
    );
    expect(open.sort()).toEqual([
      'GET /docs',
      'GET /docs/{file}',
      'GET /healthz',
      'GET /readyz',
      'GET /session/callback',
      'GET /session/sign-in',
      'POST /session',
    ]);
  });

  it('asks for tokens that are opaque', () => {
    expect(api.components?.securitySchemes?.token).toEqual({
      type: 'http',
      scheme: 'bearer',
      description: expect.any(String) as string,
    });
  });

  it('has a problem of each code, with the members that it has', () => {
    const schemas = api.components?.schemas as Record<string, { required: string[]; properties: object }>;
    const problems = Object.keys(schemas).filter((name) => name.endsWith('Problem'));
    expect(problems.length).toBeGreaterThan(30);
    for (const name of problems)
      expect([name, schemas[name]?.required.slice(0, 5)]).toEqual([
        name,
        ['type', 'title', 'status', 'code', 'detail'],
      ]);
    expect(schemas['VersionConflictProblem']?.required.slice(5)).toEqual(['expected', 'current']);
    expect(Object.keys(schemas['PageNotDeletedProblem']?.properties ?? {}).slice(5)).toEqual(['index']);
  });

  it('says of every operation only the codes that it can be refused with', () => {
    const codesOf = (name: string): readonly string[] =>
      Object.values(operations().get(name)?.responses ?? {}).flatMap((response) =>
        [...((response as { description?: string }).description ?? '').matchAll(/`([a-z-]+)`/g)].map(
          ([, code]) => code ?? '',
        ),
      );
    expect([...codesOf('GET /tree')].sort()).toEqual([
      'internal-error',
      'malformed-request',
      'not-found',
      'shutting-down',
      'storage-busy',
      'storage-damaged',
      'too-many-requests',
      'unauthenticated',
    ]);
    expect(codesOf('POST /pages/{id}/publish')).not.toEqual(
      expect.arrayContaining(['path-taken', 'content-invalid', 'version-conflict']),
    );
  });

  it('says of every answer to a client that tells its schema version that this may go, or wait', () => {
    for (const [name, { parameters = [], responses }] of operations()) {
      if (!parameters.some((parameter) => 'name' in parameter && parameter.name === 'Schema-Version'))
        continue;
      expect([name, Object.keys(responses)]).toEqual([name, expect.arrayContaining(['409'])]);
      for (const [status, response] of Object.entries(responses)) {
        const told = status === '401' ? [] : ['Deprecation', 'Sunset'];
        const { headers = {} } = response as { headers?: Headers };
        expect([
          name,
          status,
          Object.keys(headers).filter((header) => /^(Deprecation|Sunset)$/.test(header)),
        ]).toEqual([name, status, told]);
      }
    }
  });

  it('has examples of every body, which are as it says', () => {
    for (const [name, operation] of operations()) {
      if (!operation.requestBody) continue;
      expect([name, examples(operation).length]).not.toEqual([name, 0]);
      for (const { schema, value } of examples(operation))
        expect([name, described.faults(schema, value)]).toEqual([name, []]);
    }
  });

  it.each(['/pages', '/tokens'])('has examples that POST %s takes', async (path) => {
    const operation = operations().get(`POST ${path}`);
    if (!operation) throw new Error(`${path} is missing`);
    for (const { value } of examples(operation)) {
      const { status } = await server.request('POST', `${path}?dryRun=true`, {
        headers: speaks,
        body: value,
      });
      expect(status).toBe(201);
    }
  });
});

/** What Fastify was told to route, written as OpenAPI does. */
async function routes(): Promise<readonly string[]> {
  const found: string[] = [];
  const model = new ReadModel(join(server.directory, 'db.sqlite'), ladder, () => undefined);
  const adapter = new FastifyAdapter();
  adapter.getInstance().addHook('onRoute', ({ method, url }) => {
    const path = url.replace(/:(\w+)/g, '{$1}').replace('*', '{path}');
    for (const one of [method].flat()) if (one !== 'HEAD') found.push(`${one} ${path}`);
  });
  const around = {
    memory: memoryLimits(defaultMemory),
    metrics: new Metrics('nowhere'),
    rates: new RequestRates(defaultEdge, () => performance.now()),
    people: {
      issuers: await Issuers.of([], () => undefined),
      isWritable: () => true,
      sessionSeconds: 60,
    },
    files: {
      store: new FileStore('nowhere'),
      limitBytes: 1,
      pictures: new Pictures({ directory: 'nowhere', limitBytes: 1, pathOf: String, warn: String }),
    },
    answering: { isOpen: true, pass: () => Promise.resolve('here' as const) },
  };
  const module = AppModule.around(model, idle, idleReads, around);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger: ['error', 'warn'],
  });
  await app.init();
  await app.close();
  model.close();
  return found.sort();
}

const idleReads: DearReads = {
  counts: { threads: 0, waiting: 0, answered: 0, died: 0 },
  ask: () => Promise.reject(new Error('nobody reads here')),
};

/** Nothing is written while routes are counted. */
const idle: Writer = {
  submit: () => Promise.reject(new Error('nobody writes here')),
  swapProjections: () => Promise.reject(new Error('nobody writes here')),
  close: () => Promise.resolve(),
};

const nowhere = '/pages/00000000-0000-4000-8000-000000000000';
const patch = [{ op: 'replace', path: '/title', value: 'Patched' }];

async function newAsset(): Promise<string> {
  return `/assets/${(await upload(server, png)).id}`;
}

async function newPage(): Promise<string> {
  return `/pages/${(await createPage(server)).id}`;
}

let slugs = 0;

/** In the tree, with a second version. */
async function placedPage(): Promise<{ readonly page: string; readonly slug: string }> {
  const slug = `page-${++slugs}`;
  const { id } = await createPage(server, { slug });
  await save(server, id, 1, { title: 'Second', list: [1, null, { deep: true }] });
  return { page: `/pages/${id}`, slug };
}

/** One request that each operation accepts. */
const accepted: Readonly<Record<string, () => Promise<Answer>>> = {
  'GET /pages': async () => {
    await placedPage();
    return server.request('GET', '/pages?limit=1');
  },
  'POST /pages': () =>
    server.request('POST', '/pages', {
      headers: speaks,
      body: { type: 'document', content: { title: 'New' }, comment: 'Why' },
    }),
  'GET /pages/{id}': async () => server.request('GET', (await placedPage()).page),
  'DELETE /pages/{id}': async () => server.request('DELETE', await newPage(), { headers: onTop(1) }),
  'GET /pages/{id}/content': async () => server.request('GET', `${await newPage()}/content`),
  'PUT /pages/{id}/content': async () =>
    server.request('PUT', `${await newPage()}/content`, { headers: onTop(1), body: { title: 'Saved' } }),
  'PATCH /pages/{id}/content': async () => {
    const headers = { ...onTop(1), 'content-type': 'application/json-patch+json' };
    return server.request('PATCH', `${await newPage()}/content`, { headers, body: patch });
  },
  'GET /pages/{id}/versions': async () =>
    server.request('GET', `${(await placedPage()).page}/versions?limit=1`),
  'GET /pages/{id}/versions/{version}': async () => server.request('GET', `${await newPage()}/versions/1`),
  'GET /pages/{id}/references': async () => server.request('GET', `${(await placedPage()).page}/references`),
  'GET /pages/{id}/referrers': async () => server.request('GET', `${(await placedPage()).page}/referrers`),
  'GET /pages/{id}/diff': async () => server.request('GET', `${(await placedPage()).page}/diff?from=1&to=2`),
  'POST /pages/{id}/restore': async () =>
    server.request('POST', `${(await placedPage()).page}/restore`, {
      headers: onTop(2),
      body: { version: 1 },
    }),
  'POST /pages/{id}/move': async () => {
    const { page, slug } = await placedPage();
    return server.request('POST', `${page}/move`, { headers: onTop(2), body: { slug: `${slug}-moved` } });
  },
  'POST /pages/{id}/publish': async () => server.request('POST', `${await newPage()}/publish`),
  'POST /pages/{id}/unpublish': async () => {
    const page = await newPage();
    await write(server, 'POST', `${page}/publish`);
    return server.request('POST', `${page}/unpublish`);
  },
  'PUT /pages/{id}/labels/{label}': async () =>
    server.request('PUT', `${await newPage()}/labels/final`, { body: { version: 1 } }),
  'DELETE /pages/{id}/labels/{label}': async () => {
    const label = `${await newPage()}/labels/final`;
    await write(server, 'PUT', label, { body: { version: 1 } });
    return server.request('DELETE', label);
  },
  'POST /pages/{id}/undelete': async () => {
    const page = await newPage();
    await write(server, 'DELETE', page, { headers: onTop(1) });
    return server.request('POST', `${page}/undelete`);
  },
  'POST /assets': () => sendFile(server, png),
  'GET /assets': async () => {
    await newAsset();
    return server.request('GET', '/assets?count=true');
  },
  ...Object.fromEntries(
    ['', '/file', '/link', '/referrers', '/versions'].map((rest) => [
      `GET /assets/{id}${rest}`,
      async () => server.request('GET', (await newAsset()) + rest),
    ]),
  ),
  'GET /assets/{id}/versions/{version}': async () => server.request('GET', `${await newAsset()}/versions/1`),
  'GET /assets/{id}/versions/{version}/file': async () =>
    server.request('GET', `${await newAsset()}/versions/1/file`),
  'PUT /assets/{id}/file': async () =>
    server.request('PUT', `${await newAsset()}/file`, {
      headers: { ...onTop(1), 'content-type': 'image/gif' },
      body: gif,
    }),
  'PUT /assets/{id}/content': async () =>
    server.request('PUT', `${await newAsset()}/content`, { headers: onTop(1), body: { alt: 'A dot' } }),
  'PATCH /assets/{id}/content': async () =>
    server.request('PATCH', `${await newAsset()}/content`, {
      headers: { ...onTop(1), 'content-type': 'application/merge-patch+json' },
      body: '{"alt":"A dot"}',
    }),
  'POST /assets/{id}/restore': async () => {
    const asset = await newAsset();
    await write(server, 'PUT', `${asset}/content`, { headers: onTop(1), body: { alt: 'A dot' } });
    return server.request('POST', `${asset}/restore`, { headers: onTop(2), body: { version: 1 } });
  },
  'POST /assets/{id}/move': async () =>
    server.request('POST', `${await newAsset()}/move`, {
      headers: onTop(1),
      body: { slug: `asset-${String(await server.position())}` },
    }),
  'DELETE /assets/{id}': async () => server.request('DELETE', await newAsset(), { headers: onTop(1) }),
  'POST /assets/{id}/undelete': async () => {
    const asset = await newAsset();
    await write(server, 'DELETE', asset, { headers: onTop(1) });
    return server.request('POST', `${asset}/undelete`);
  },
  'POST /batch': async () => {
    const [first, second] = [await newPage(), await newPage()];
    const commands = [
      { method: 'PATCH', path: `${first}/content`, headers: { 'If-Match': '"v1"' }, body: patch },
      { method: 'DELETE', path: second, headers: { 'If-Match': '"v1"' } },
    ];
    return server.request('POST', '/batch', { headers: speaks, body: { commands } });
  },
  'GET /paths/{path}': async () => server.request('GET', `/paths/${(await placedPage()).slug}`),
  'GET /tree': async () => {
    await placedPage();
    return server.request('GET', '/tree');
  },
  'GET /changesets': () => server.request('GET', '/changesets?limit=1'),
  'GET /changesets/{id}': async () => {
    const [first] = (await server.request('GET', '/changesets')).json.items;
    return server.request('GET', `/changesets/${String(first?.id)}`);
  },
  'GET /events': async () => {
    await newPage();
    return server.request('GET', '/events');
  },
  'POST /tokens': () =>
    server.request('POST', '/tokens', { body: { role: 'editor', expiresAt: '2999-01-01T00:00:00Z' } }),
  'GET /tokens': () => server.request('GET', '/tokens'),
  'DELETE /tokens/{id}': async () => {
    const { json } = await write(server, 'POST', '/tokens', { body: { role: 'render' } });
    return server.request('DELETE', `/tokens/${json.id}`);
  },
  'GET /me': () => server.request('GET', '/me'),
  'GET /session': () => server.request('GET', '/session'),
  'GET /session/sign-in': () => server.request('GET', '/session/sign-in', { token: null }),
  'GET /session/callback': async () => {
    const { headers } = await server.request('GET', '/session/sign-in', { token: null });
    const there = await fetch(headers.get('location') ?? '', { redirect: 'manual' });
    const { pathname, search } = new URL(there.headers.get('location') ?? '');
    const [cookie = ''] = (headers.get('set-cookie') ?? '').split(';');
    return server.request('GET', pathname + search, { token: null, headers: { cookie } });
  },
  'POST /session': async () => {
    const { link } = await ask<{ link: string }>('login', '--data', server.directory);
    const code = link.split('#code=')[1];
    return server.request('POST', '/session', { token: null, body: { code } });
  },
  'DELETE /session': () => server.request('DELETE', '/session'),
  'GET /grants': async () => {
    await giveGrant();
    return server.request('GET', '/grants');
  },
  'POST /grants': giveGrant,
  'DELETE /grants/{id}': async () => server.request('DELETE', `/grants/${(await giveGrant()).json.id}`),
  'GET /pages/{id}/access': async () => {
    await giveGrant();
    return server.request('GET', `${await newPage()}/access`);
  },
  'PUT /pages/{id}/protection': async () => server.request('PUT', `${await newPage()}/protection`),
  'DELETE /pages/{id}/protection': async () => {
    const protection = `${await newPage()}/protection`;
    await write(server, 'PUT', protection);
    return server.request('DELETE', protection);
  },
  'GET /people': async () => {
    await server.request('POST', '/people/block', { body: somebody });
    return server.request('GET', '/people');
  },
  'POST /people/block': () => server.request('POST', '/people/block', { body: somebody }),
  'POST /people/unblock': () => server.request('POST', '/people/unblock', { body: somebody }),
  'GET /healthz': () => server.request('GET', '/healthz', { token: null }),
  'GET /readyz': () => server.request('GET', '/readyz', { token: null }),
  'GET /schema': () => server.request('GET', '/schema'),
  'GET /schema/{version}': () => server.request('GET', '/schema/1'),
  'GET /system': () => server.request('GET', '/system'),
  'GET /docs': () => server.request('GET', '/docs', { token: null }),
  'GET /docs/{file}': () => server.request('GET', '/docs/viewer.js', { token: null }),
  'GET /metrics': () => server.request('GET', '/metrics'),
  'GET /openapi.json': () => server.request('GET', '/openapi.json'),
};

const somebody = { issuer: 'https://login.example', subject: 'somebody' };

async function giveGrant(): Promise<Answer> {
  const { slug } = await placedPage();
  const principal = { kind: 'person', ...somebody };
  return server.request('POST', '/grants', { body: { principal, role: 'editor', path: `/${slug}` } });
}

/** Requests that are answered otherwise, with the status that they get. */
const others: readonly (readonly [operation: string, status: number, ask: () => Promise<Answer>])[] = [
  ['GET /pages', 400, () => server.request('GET', '/pages?unknown=1')],
  [
    'GET /pages/{id}',
    200,
    async () => {
      const page = await newPage();
      await write(server, 'POST', `${page}/publish`);
      return server.request('GET', page, { token: await tokenFor(server, 'render') });
    },
  ],
  [
    'GET /pages/{id}',
    400,
    async () => server.request('GET', await newPage(), { headers: { 'schema-version': '99' } }),
  ],
  [
    'PUT /pages/{id}/content',
    422,
    async () =>
      server.request('PUT', `${await newPage()}/content`, { headers: onTop(1), body: { title: 1 } }),
  ],
  ['GET /pages', 401, () => server.request('GET', '/pages', { token: null })],
  ['GET /pages/{id}', 404, () => server.request('GET', nowhere)],
  [
    'GET /pages/{id}',
    304,
    async () => {
      const page = await newPage();
      const etag = (await server.request('GET', page)).headers.get('etag') ?? '';
      return server.request('GET', page, { headers: { 'if-none-match': etag } });
    },
  ],
  [
    'GET /tokens',
    403,
    async () => server.request('GET', '/tokens', { token: await tokenFor(server, 'editor') }),
  ],
  [
    'POST /pages',
    409,
    async () => {
      const { slug } = await placedPage();
      return server.request('POST', '/pages', {
        headers: speaks,
        body: { type: 'document', slug, content: {} },
      });
    },
  ],
  [
    'PUT /pages/{id}/content',
    412,
    async () =>
      server.request('PUT', `${await newPage()}/content`, { headers: onTop(9), body: { title: 'Late' } }),
  ],
  [
    'PATCH /pages/{id}/content',
    415,
    async () => server.request('PATCH', `${await newPage()}/content`, { headers: onTop(1), body: patch }),
  ],
  [
    'PUT /pages/{id}/content',
    415,
    async () => {
      const headers = { ...onTop(1), 'content-type': 'text/plain' };
      return server.request('PUT', `${await newPage()}/content`, { headers, body: 'text' });
    },
  ],
  [
    'PUT /pages/{id}/content',
    422,
    async () =>
      server.request('PUT', `${await newPage()}/content`, { headers: onTop(1), body: '{"n":1e400}' }),
  ],
  [
    'PUT /pages/{id}/content',
    428,
    async () => server.request('PUT', `${await newPage()}/content`, { body: {} }),
  ],
  ['POST /batch', 400, () => server.request('POST', '/batch', { body: { commands: [{}] } })],
  [
    'GET /paths/{path}',
    308,
    async () => {
      const { page, slug } = await placedPage();
      await write(server, 'POST', `${page}/move`, { headers: onTop(2), body: { slug: `${slug}-gone` } });
      return server.request('GET', `/paths/${slug}`);
    },
  ],
];

describe('An answer is as the document says', () => {
  it('for every operation, because each is asked here', () => {
    expect(Object.keys(accepted).sort()).toEqual([...operations().keys()].sort());
  });

  it.each(Object.entries(accepted))('to %s', async (name, request) => {
    const answer = await request();
    expect(answer.status).toBeLessThan(400);
    expectDescribed(name, answer);
  });

  it.each(others)('to %s with %i', async (name, status, request) => {
    const answer = await request();
    expect(answer.status).toBe(status);
    expectDescribed(name, answer);
  });

  it('to an open stream', async () => {
    const stopped = new AbortController();
    const response = await fetch(`${server.url}/events`, {
      headers: { authorization: `Bearer ${adminSecret}`, accept: 'text/event-stream' },
      signal: stopped.signal,
    });
    stopped.abort();
    const { content } = operations().get('GET /events')?.responses['200'] as { content: Content };
    expect(Object.keys(content)).toContain(response.headers.get('content-type')?.split(';')[0]);
  });

  it('and notices a member that is missing, or not named', async () => {
    const { json } = await server.request('GET', await newPage());
    const schema = { $ref: '#/components/schemas/Envelope' };
    const { status: _status, ...lacking } = json;
    expect(described.faults(schema, lacking)).toHaveLength(1);
    expect(described.faults(schema, { ...json, surplus: 1 })).toHaveLength(1);
  });
});
