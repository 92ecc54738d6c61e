import type { Body } from './body.js';
import type { Answer, Sending, Server } from './server.js';
import { ladder } from './ladder.js';

/** What a client at schema version 1 says with its writes. */
export const speaks = { 'schema-version': String(ladder.finalized) } as const;

/** The headers of a write on top of content version `version`. */
export function onTop(version: number): Readonly<Record<string, string>> {
  return { ...speaks, 'if-match': `"v${version}"` };
}

/** Creates a page, in the tree if `members` has a slug. @throws when it is refused */
export async function createPage(
  server: Server,
  members: Readonly<Record<string, unknown>> = {},
): Promise<Body> {
  const body = { type: 'document', content: { title: 'First' }, ...members };
  return accepted(await server.request('POST', '/pages', { headers: speaks, body }));
}

/** Saves `content` on top of `version`. @throws when it is refused */
export async function save(server: Server, id: string, version: number, content: unknown): Promise<Body> {
  return accepted(
    await server.request('PUT', `/pages/${id}/content`, { headers: onTop(version), body: content }),
  );
}

/** Any other write. @throws when it is refused */
export async function write(
  server: Server,
  method: string,
  path: string,
  sending: Sending = {},
): Promise<Answer> {
  const answer = await server.request(method, path, sending);
  accepted(answer);
  return answer;
}

/** The secret of a new token. */
export async function tokenFor(server: Server, role: string): Promise<string> {
  return accepted(await server.request('POST', '/tokens', { body: { role } })).secret;
}

function accepted({ status, json, text }: Answer): Body {
  if (status >= 300) throw new Error(`expected an accepted write, found ${status}: ${text}`);
  return json;
}
