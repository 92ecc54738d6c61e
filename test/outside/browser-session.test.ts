import type { Browser, BrowserContext, Page } from 'playwright-core';
import { ask } from '../cli/run.js';
import { startSignInIssuer, type SignInIssuer } from '../support/people.js';
import { makeServer, type Server } from '../support/server.js';
import { startBrowser, startOrigin, type Origin } from './browser.js';

let issuer: SignInIssuer;
let browser: Browser;
let server: Server;
let other: Origin;
let context: BrowserContext;

beforeAll(async () => {
  issuer = await startSignInIssuer();
  server = makeServer(issuer.setting());
  await server.start();
  other = await startOrigin();
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.remove();
  other.stop();
  await issuer.server.stop();
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(() => context.close());

/** Names below `localhost` are of this machine, and a site of their own: two of them are neighbours. */
const cms = (): string => `http://cms.site.localhost:${server.port}`;
const neighbour = (): string => `http://other.site.localhost:${new URL(other.url).port}`;
const stranger = (): string => other.url;

async function link(base: string): Promise<string> {
  return (await ask<{ link: string }>('login', '--url', base, '--data', server.directory)).link;
}

/** A page that signed in, and what the browser has complained of. */
async function signedIn(base = cms()): Promise<Page> {
  const page = await context.newPage();
  await page.goto(await link(base));
  await page.getByText('You are signed in as browser').waitFor();
  return page;
}

async function isSignedIn(page: Page): Promise<boolean> {
  return page.evaluate(async () => (await fetch('/session')).status === 200);
}

test('a link signs in once, leaves nothing in the address, and no script reads the session', async () => {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  const address = await link(cms());
  await page.goto(address);
  await page.getByText('You are signed in as browser').waitFor();
  expect(page.url()).toBe(`${cms()}/session`);
  expect(await page.evaluate<string>('document.cookie')).toBe('');
  expect(await context.cookies()).toMatchObject([
    { name: '__Host-palimpsest', httpOnly: true, secure: true, sameSite: 'Lax', path: '/' },
  ]);
  expect(complaints).toEqual([]);

  const again = await (await browser.newContext()).newPage();
  await again.goto(address);
  await again.getByText('this link was used before').waitFor();
  expect(await isSignedIn(again)).toBe(false);
  await again.context().close();
});

test('on this machine without TLS it works, too, and signing out ends it', async () => {
  const page = await signedIn(server.url);
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ name: 'palimpsest', httpOnly: true, secure: false, sameSite: 'Lax' });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are not signed in.').waitFor();
  expect(await context.cookies()).toEqual([]);
  const { status } = await fetch(`${server.url}/me`, {
    headers: { cookie: `palimpsest=${cookie?.value ?? ''}` },
  });
  expect(status).toBe(401);
});

test('somebody signs in at their issuer', async () => {
  const page = await context.newPage();
  await page.goto(`${server.url}/session`);
  await page.getByRole('link', { name: issuer.url }).click();
  await page.getByText('You are signed in as johndoe').waitFor();
  expect(page.url()).toBe(`${server.url}/session`);
});

test('who comes back without having begun is told so by a page', async () => {
  const page = await context.newPage();
  await page.goto(`${server.url}/session/callback?code=x&state=y`);
  await page.getByText('You are not signed in (wrong-state).').waitFor();
});

describe('what another site has the browser send', () => {
  /** The status of what is sent to us while `work` is done in a page of another site, by our log; and that nothing has happened. */
  async function sent(base: string, work: (page: Page) => Promise<unknown>): Promise<unknown> {
    await signedIn();
    const page = await context.newPage();
    await page.goto(base);
    const before = await server.position();
    const { length } = server.log;
    await work(page);
    const line = await logged(length);
    expect(await server.position()).toBe(before);
    return line.status;
  }

  /** The next line of a request for what these ask for. The browser doesn't tell of what it keeps from a page. */
  async function logged(from: number): Promise<{ readonly status?: number }> {
    for (;;) {
      const line = server.log
        .slice(from)
        .split('\n')
        .find((text) => /"route":"\/(?:pages|me)"/.test(text));
      if (line !== undefined) return JSON.parse(line) as { readonly status?: number };
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const form = (page: Page): Promise<unknown> =>
    page.evaluate(`{
      const form = document.createElement('form');
      Object.assign(form, { method: 'post', action: '${cms()}/pages', enctype: 'text/plain' });
      document.body.append(form);
      form.submit();
    }`);

  const image = (page: Page): Promise<unknown> =>
    page.evaluate(
      `document.body.append(Object.assign(document.createElement('img'), { src: '${cms()}/me' }))`,
    );

  const script = (page: Page): Promise<unknown> =>
    page.evaluate(
      (url) =>
        fetch(url, {
          method: 'POST',
          mode: 'no-cors',
          credentials: 'include',
          referrerPolicy: 'no-referrer',
          body: '{}',
        }).then(() => undefined),
      `${cms()}/pages`,
    );

  test('from a neighbour comes with the session, and is refused', async () => {
    expect(await sent(neighbour(), form)).toBe(403);
  });

  test('from a neighbour by a script that doesn’t say where it is, too', async () => {
    expect(await sent(neighbour(), script)).toBe(403);
  });

  test('from a stranger comes without it', async () => {
    expect(await sent(stranger(), form)).toBe(401);
    expect(await sent(stranger(), script)).toBe(401);
    expect(await sent(stranger(), image)).toBe(401);
  });

  test('as a picture does nothing, and nobody reads it', async () => {
    expect(await sent(neighbour(), image)).toBe(200);
  });

  test('can’t sign it out', async () => {
    const page = await signedIn();
    const before = await server.position();
    const evil = await context.newPage();
    await evil.goto(neighbour());
    await expect(
      evil.evaluate((url) => fetch(url, { method: 'DELETE', credentials: 'include' }), `${cms()}/session`),
    ).rejects.toThrow(/Failed to fetch/);
    expect(await server.position()).toBe(before);
    expect(await isSignedIn(page)).toBe(true);
  });
});
