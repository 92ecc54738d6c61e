import type { Browser, Page } from 'playwright-core';
import { speaks, tokenFor } from '../support/pages.js';
import { adminSecret, makeServer, type Server } from '../support/server.js';
import { startNginx } from './nginx.js';
import { startBrowser, startOrigin, type Origin } from './browser.js';

let browser: Browser;
let server: Server;
let configured: Origin;
let other: Origin;

beforeAll(async () => {
  [configured, other] = [await startOrigin(), await startOrigin()];
  server = makeServer({ PALIMPSEST_CORS_ORIGINS: configured.url, PALIMPSEST_FAILURES_PER_MINUTE: '5' });
  await server.start();
  browser = await startBrowser();
});

afterAll(async () => {
  await browser.close();
  await server.remove();
  for (const { stop } of [configured, other]) stop();
});

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Read {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: Readonly<Record<string, unknown>>;
}

/** What a script of that page can read of an answer. @throws what it throws there */
function fetchIn(
  page: Page,
  { method = 'GET', path, token = adminSecret, headers, body }: Asked,
): Promise<Read> {
  const sent = {
    url: `${server.url}${path}`,
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...speaks,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? null : JSON.stringify(body),
  };
  return page.evaluate(async ({ url, ...init }) => {
    const answer = await fetch(url, init);
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      json: (await answer.json()) as Record<string, unknown>,
    };
  }, sent);
}

/** The first event of a stream, as its text. */
function firstEventIn(page: Page, after: number): Promise<string> {
  const sent = {
    url: `${server.url}/events?after=${after}`,
    headers: { authorization: `Bearer ${adminSecret}`, accept: 'text/event-stream' },
  };
  return page.evaluate(async ({ url, headers }) => {
    const answer = await fetch(url, { headers });
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let text = '';
    while (!text.includes('\ndata: ')) {
      const { value, done } = await reader.read();
      if (done) throw new Error('the stream has ended');
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
    return text;
  }, sent);
}

async function pageOf({ url }: Origin): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}

const draft = { type: 'document', content: { title: 'From a browser' } };

test('a script of the configured origin creates, saves, is refused and follows: it reads all of it', async () => {
  const page = await pageOf(configured);
  const created = await fetchIn(page, { method: 'POST', path: '/pages', body: draft });
  expect(created.status).toBe(201);
  const path = `/pages/${String(created.json['id'])}/content`;
  expect(created.headers).toMatchObject({
    location: `pages/${String(created.json['id'])}`,
    'content-version': '1',
  });
  expect(created.headers['request-id']).toBeDefined();

  const read = await fetchIn(page, { path });
  const save = (tag: string | undefined, title: string): Promise<Read> =>
    fetchIn(page, { method: 'PUT', path, headers: { 'if-match': tag ?? '' }, body: { title } });
  const saved = await save(read.headers['etag'], 'Saved');
  expect([saved.status, saved.headers['etag']]).toEqual([200, expect.stringMatching(/^"v2-/)]);
  const late = await save(read.headers['etag'], 'Late');
  expect([late.status, late.json['code'], late.json['changed']]).toEqual([
    412,
    'version-conflict',
    ['/title'],
  ]);
  const patched = await fetchIn(page, {
    method: 'PATCH',
    path,
    headers: {
      'if-match': '"v2"',
      'content-type': 'application/merge-patch+json',
      'idempotency-key': 'once',
    },
    body: { title: 'Patched' },
  });
  expect(patched.status).toBe(200);

  const guess = { path: '/pages', token: 'a-guess-that-is-no-token-of-anybody' };
  const unknown = await fetchIn(page, guess);
  expect([unknown.status, unknown.json['code']]).toEqual([401, 'unauthenticated']);
  let again = unknown;
  for (let n = 0; n < 50 && again.status === 401; n++) again = await fetchIn(page, guess);
  expect([again.status, again.json['code']]).toEqual([429, 'too-many-requests']);
  expect(Number(again.headers['retry-after'])).toBeGreaterThan(0);
  const token = await tokenFor(server, 'render');
  expect((await fetchIn(page, { path: '/tokens', method: 'DELETE', token })).status).toBe(405);
  expect((await fetchIn(page, { path: '/paths/%ff' })).status).toBe(400);

  const event = await firstEventIn(page, Number(saved.headers['position']) - 1);
  expect(event).toContain(`id: ${saved.headers['position'] ?? ''}`);
  expect(event).toContain('PageSaved');
});

test('a script of another origin reads nothing of it, and changes nothing', async () => {
  const page = await pageOf(other);
  const before = await server.position();
  for (const asked of [
    { path: '/pages' },
    { path: '/healthz' },
    { path: '/pages', token: 'a-guess' },
    { method: 'POST', path: '/pages', body: draft },
    { path: '/events', headers: { accept: 'text/event-stream' } },
  ])
    await expect(fetchIn(page, asked)).rejects.toThrow(/Failed to fetch/);
  await expect(firstEventIn(page, 0)).rejects.toThrow(/Failed to fetch/);
  expect(await server.position()).toBe(before);
});

test('a person who opens the address sees the page that greets, styled, without a complaint of the browser', async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(server.url);
  expect(await page.title()).toBe('Palimpsest');
  const width = await page.evaluate<string>('getComputedStyle(document.body).maxWidth');
  expect(width).toBe('640px');
  await page.getByRole('link', { name: 'healthz' }).click();
  expect(await page.locator('body').innerText()).toContain('alive');
  // Browsers ask for an icon by themselves, which needs a token as everything does.
  expect(complaints.filter((text) => !/401/.test(text))).toEqual([]);
});

test('/docs shows an operation and what is answered to it, behind a prefix, too, without a complaint of the browser', async () => {
  const shown = makeServer();
  await shown.start();
  const nginx = await startNginx(shown.port);
  for (const base of [shown.url, `http://127.0.0.1:${nginx.port}/cms`]) {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.text()} ${message.location().url}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    const refused: string[] = [];
    page.on('response', (answer) => {
      if (answer.status() >= 400) refused.push(`${answer.status()} ${new URL(answer.url()).pathname}`);
    });
    await page.goto(`${base}/docs`);
    await page.getByLabel('Token').fill('a-guess-that-is-no-token-of-anybody');
    await page.getByRole('button', { name: 'Show the API' }).click();
    await page.getByRole('alert').filter({ hasText: 'token' }).waitFor();
    await page.getByLabel('Token').fill(adminSecret);
    await page.getByRole('button', { name: 'Show the API' }).click();

    const operation = page.locator('.opblock', { has: page.locator('[data-path="/healthz"]') });
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    await operation.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
    expect(await operation.locator('.request-url').innerText()).toContain(`${base}/healthz`);
    expect(
      await operation.locator('.live-responses-table td.response-col_description').last().innerText(),
    ).toContain('alive');
    expect(await page.getByLabel('Token', { exact: true }).isVisible()).toBe(false);
    const prefix = new URL(base).pathname.replace(/\/$/, '');
    expect(refused.filter((one) => !one.endsWith('/favicon.ico'))).toEqual([`401 ${prefix}/openapi.json`]);
    expect(complaints.filter((text) => !/401/.test(text))).toEqual([]);
    await page.close();
  }
  await nginx.stop();
  await shown.remove();
});
