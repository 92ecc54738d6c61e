/**
 * Files that run something where a server believes what they are said to be, opened in every way that a browser has, by somebody who is
 * signed in. The same is done with a server that does believe it, so that what is looked for is known to be found.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import { ask } from '../cli/run.js';
import { upload } from '../support/assets.js';
import { makeServer, type Server } from '../support/server.js';
import { startBrowser } from './browser.js';
import { hostileFiles, type HostileFile } from './hostile-files.js';

let browser: Browser;
let context: BrowserContext;
let server: Server;
let files: readonly HostileFile[];
let attacker: Awaited<ReturnType<typeof startAttacker>>;

beforeAll(async () => {
  server = makeServer();
  await server.start();
  attacker = await startAttacker();
  files = hostileFiles(`${attacker.named('canary')}/canary`);
  browser = await startBrowser();
  // A page that is put in the place of another has no address, so it would have to ask before it may talk to this machine.
  context = await browser.newContext({ permissions: ['local-network-access'] });
  for (const origin of [cms(), attacker.named('bare')])
    await context.route(`${origin}/attack**`, (route) =>
      route.fulfill({ contentType: 'text/html', body: attackOn(new URL(route.request().url())) }),
    );
});
afterAll(async () => {
  await browser.close();
  await server.remove();
  attacker.stop();
});

/** Names below `localhost` are of this machine, and of one site: a session goes along with what its neighbours ask for. */
const cms = (): string => `http://cms.site.localhost:${server.port}`;

/** A page that has the browser use a file in each of the ways that there are. */
function attackOn({ searchParams }: URL): string {
  const of = searchParams.get('of') ?? '';
  return `<!doctype html><title>attack</title>
    <link rel="stylesheet" href="${of}"><img id="picture" src="${of}">
    <iframe src="${of}"></iframe><object data="${of}"></object><embed src="${of}">
    <script src="${of}"></script><script type="module" src="${of}"></script>
    <script>navigator.serviceWorker?.register('${of}').catch(() => 0)</script>`;
}

/** Another's server: what it is told at `/canary/`, the page above, and the files as they are said to be at `/bare/`. */
async function startAttacker() {
  const told = new Set<string>();
  const listener = createServer(({ url = '' }, answer) => {
    const { pathname } = new URL(url, 'http://x');
    const [, room, name = ''] = pathname.split('/');
    const file = files.find((one) => one.name === name);
    if (room === 'canary') told.add(name);
    if (room === 'bare' && file) answer.writeHead(200, { 'content-type': file.claimed }).end(file.bytes);
    else if (room === 'attack')
      answer.writeHead(200, { 'content-type': 'text/html' }).end(attackOn(new URL(url, 'http://x')));
    else answer.writeHead(200, { 'access-control-allow-origin': '*' }).end();
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    told,
    named: (name: string) => `http://${name}.site.localhost:${port}`,
    stop: () => {
      listener.closeAllConnections();
      listener.close();
    },
  };
}

interface Seen {
  /** Names that scripts left in any of the pages. */
  readonly ran: readonly string[];
  readonly widths: readonly number[];
  readonly download: Buffer | undefined;
  readonly statuses: readonly number[];
}

/** Goes there, and has a neighbour and a page of the same origin use it. */
async function open(url: string): Promise<Seen> {
  const ran: string[] = [];
  const statuses: number[] = [];
  const page = await context.newPage();
  page.on('response', (answer) => {
    if (answer.url() === url) statuses.push(answer.status());
  });
  const download = await visit(page, url);
  const content = download && readFileSync(await download.path());
  ran.push(...(await namesIn(page)));
  const widths: number[] = [];
  for (const origin of [new URL(url).origin, attacker.named('neighbour')]) {
    await page.goto(`${origin}/attack?of=${encodeURIComponent(url)}`);
    ran.push(...(await namesIn(page)));
    widths.push(await page.evaluate<number>('document.getElementById("picture").naturalWidth'));
    // What was sent before it has arrived.
    await page.evaluate((to) => fetch(to).then(() => undefined), `${attacker.named('canary')}/last`);
  }
  await page.close();
  return { ran, widths, download: content, statuses };
}

/** A download is no page, so there is no going there. */
async function visit(page: Page, url: string): Promise<Download | undefined> {
  const begun = new Promise<Download>((resolve) => {
    page.once('download', resolve);
  });
  const shown = page.goto(url).then(
    () => undefined,
    (error: unknown) => {
      if (!/Download is starting|ERR_ABORTED/.test(String(error))) throw error;
      return begun;
    },
  );
  return Promise.race([begun, shown]);
}

async function namesIn(page: Page): Promise<readonly string[]> {
  const names = await Promise.all(
    page.frames().map((frame) => frame.evaluate<string[]>('[globalThis.ran, document.title]')),
  );
  return names.flat().filter((name) => name === 'ran' || files.some((file) => file.name === name));
}

test('where a server believes what files are said to be, they run', async () => {
  const names = files.filter(({ runs }) => runs).map(({ name }) => name);
  for (const name of names) await open(`${attacker.named('bare')}/bare/${name}`);
  expect(names.filter((name) => !attacker.told.has(name))).toEqual([]);
});

test('from here none of them runs, whoever asks for it, and each is had as what it is', async () => {
  const page = await context.newPage();
  await page.goto((await ask<{ link: string }>('login', '--url', cms(), '--data', server.directory)).link);
  await page.getByText('You are signed in as browser').waitFor();
  attacker.told.clear();
  for (const { name, bytes, isPicture = false } of files) {
    const { id, type } = await upload(server, bytes, `?name=${name}`);
    const url = `${cms()}/assets/${id}/file`;
    const { ran, widths, download, statuses } = await open(url);
    expect([name, ran, [...attacker.told]]).toEqual([name, [], []]);
    expect([name, new Set(statuses)]).toEqual([name, new Set([200])]);
    expect([name, widths.map((width) => width > 0)]).toEqual([name, [isPicture, isPicture]]);
    const isShown = /^image\/(?:gif|png)$|pdf$/.test(type);
    expect([name, download?.equals(bytes)]).toEqual([name, isShown ? undefined : true]);
    const length = await page.evaluate(async (of) => (await (await fetch(of)).arrayBuffer()).byteLength, url);
    expect([name, length]).toEqual([name, bytes.length]);
  }
  expect([...attacker.told]).toEqual([]);
});
