import { setTimeout as pause } from 'node:timers/promises';
import type { Body } from './body.js';
import { createPage, onTop, speaks, write } from './pages.js';
import { adminSecret, type Answer, type Sending, type Server } from './server.js';

/** A token that was issued. */
export interface Issued {
  readonly id: string;
  readonly secret: string;
}

/** What a token comes with, as `POST /tokens` takes it. */
export interface Wanted {
  readonly role: string;
  readonly path?: string;
  readonly name?: string;
  readonly expiresAt?: string;
  readonly delegates?: boolean;
  readonly cache?: boolean;
}

/** @param by the secret of who issues it; the administrator's, when absent */
export async function issue(server: Server, body: Wanted, by = adminSecret): Promise<Issued> {
  const { json } = await write(server, 'POST', '/tokens', { body, token: by });
  return { id: json.id, secret: json.secret };
}

/** Gives a token a role from the page at `path` downwards. Answers the id of the grant. */
export async function give(
  server: Server,
  to: Issued,
  role: string,
  path?: string,
  by = adminSecret,
): Promise<string> {
  const body = { principal: { kind: 'token', id: to.id }, role, ...(path !== undefined && { path }) };
  return (await write(server, 'POST', '/grants', { body, token: by })).json.id;
}

export async function publish(server: Server, id: string): Promise<void> {
  await write(server, 'POST', `/pages/${id}/publish`);
}

export async function protect(server: Server, id: string): Promise<void> {
  await write(server, 'PUT', `/pages/${id}/protection`, { body: {} });
}

/** The content version that a page is at. */
async function versionOf(server: Server, id: string): Promise<number> {
  return (await server.request('GET', `/pages/${id}`)).json.contentVersion;
}

export async function move(server: Server, id: string, to: Readonly<Record<string, unknown>>): Promise<void> {
  const headers = onTop(await versionOf(server, id));
  await write(server, 'POST', `/pages/${id}/move`, { headers, body: to });
}

export async function remove(server: Server, id: string): Promise<void> {
  await write(server, 'DELETE', `/pages/${id}`, { headers: onTop(await versionOf(server, id)) });
}

/** Requests with one token. */
export interface Asking {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  send(method: string, path: string, sending?: Sending): Promise<Answer>;
  status(path: string): Promise<number>;
  /** Saves on top of a version; answers the status and, where there is one, the code of the refusal. */
  save(id: string, version?: number): Promise<readonly [number, string | undefined]>;
  move(
    id: string,
    to: Readonly<Record<string, unknown>>,
    version?: number,
  ): Promise<readonly [number, string | undefined]>;
}

export function asking(server: Server, token: string | null): Asking {
  const send: Asking['send'] = (method, path, sending) => server.request(method, path, { ...sending, token });
  return {
    send,
    get: (path, headers = {}) => send('GET', path, { headers }),
    status: async (path) => (await send('GET', path)).status,
    save: async (id, version = 1) =>
      outcome(
        await send('PUT', `/pages/${id}/content`, {
          headers: onTop(version),
          body: { title: `by ${version}` },
        }),
      ),
    move: async (id, body, version = 1) =>
      outcome(await send('POST', `/pages/${id}/move`, { headers: onTop(version), body })),
  };
}

/** What matters of an answer to a write. */
export function outcome({ status, json }: Answer): readonly [number, string | undefined] {
  return [status, json.code];
}

/** Asks again until it is so. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(50);
}

/** Ids of all pages of a tree. */
export function idsIn(nodes: readonly Body[]): readonly string[] {
  return nodes.flatMap(({ id, children }) => [id, ...idsIn(children)]);
}

/** Creates with one token; answers status and code. */
export async function createAs(
  asked: Asking,
  members: Readonly<Record<string, unknown>>,
): Promise<readonly [number, string | undefined]> {
  const body = { type: 'document', content: { title: 'New' }, ...members };
  return outcome(await asked.send('POST', '/pages', { headers: speaks, body }));
}

/** Three drafts, one beneath the other. */
export interface Section {
  readonly path: string;
  readonly root: string;
  readonly child: string;
  readonly leaf: string;
}

let sections = 0;

export async function makeSection(server: Server): Promise<Section> {
  const slug = `section-${++sections}`;
  const { id: root } = await createPage(server, { slug });
  const { id: child } = await createPage(server, { slug: 'child', parent: root });
  const { id: leaf } = await createPage(server, { slug: 'leaf', parent: child });
  return { path: `/${slug}`, root, child, leaf };
}

/** A published page with a title. */
export async function makeShown(server: Server, slug: string, parent?: string): Promise<string> {
  const content = { title: `The page ${slug}` };
  const { id } = await createPage(server, { slug, content, ...(parent !== undefined && { parent }) });
  await publish(server, id);
  return id;
}

/** Readers of a site in which `hidden`, with its `leaf`, is protected before each test; `open` is next to it, beneath `top`. */
export interface ProtectedSite {
  top: string;
  hidden: string;
  leaf: string;
  open: string;
  render: Asking;
  viewer: Asking;
  editor: Asking;
}

/** Filled before the first test. */
export function useProtectedSite(server: Server): ProtectedSite {
  const site = {} as ProtectedSite;
  beforeAll(async () => {
    site.top = await makeShown(server, 'top');
    site.hidden = await makeShown(server, 'hidden', site.top);
    site.leaf = await makeShown(server, 'leaf', site.hidden);
    site.open = await makeShown(server, 'open', site.top);
    for (const role of ['render', 'viewer', 'editor'] as const)
      site[role] = asking(server, (await issue(server, { role })).secret);
  });
  beforeEach(async () => {
    await protect(server, site.hidden);
  });
  return site;
}
