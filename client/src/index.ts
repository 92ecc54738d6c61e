import createOpenApiClient, { type FetchResponse, type MaybeOptionalInit } from 'openapi-fetch';
import { followEvents, type AppearanceFilter, type EventFilter } from './events.js';
import type { components, paths } from './openapi.js';
import { isProblem, ProblemError, type Problem } from './problem.js';
import { retrying, type Send } from './retrying.js';
import { etagOf, rememberTag, type Seen } from './seen.js';

export { etagOf, ProblemError };
export type { AppearanceFilter, components, EventFilter, paths, Problem, Seen };

/** The shapes of the API, by the names they have in its OpenAPI document. */
export type Schemas = components['schemas'];
/** What happened, by `type`. */
export type LogEvent = Schemas['LogEvent'];
/** What became of a page for readers. */
export type Appearance = Schemas['PageAppearance'];
/** Somebody has saved since: who, when, and what changed. */
export type Conflict = Schemas['VersionConflictProblem'];

export interface ClientOptions {
  /** Where the API is, with the prefix that a proxy puts in front. */
  readonly baseUrl: string;
  readonly token?: string;
  /** The schema version that the caller was written for: it is said with every request. */
  readonly schemaVersion: number;
  /** How often a request is sent before its failure is told; default 5. */
  readonly attempts?: number;
  /** Default: `fetch`. */
  readonly fetch?: Send;
}

type Json = `application/${string}json`;
type Verb = 'get' | 'put' | 'post' | 'patch' | 'delete';
type PathsWith<V extends Verb> = {
  [Path in keyof paths]: paths[Path] extends Record<V, object> ? Path : never;
}[keyof paths];

/** Besides what openapi-fetch takes: what the write builds on, of which `If-Match` is made. */
interface Onto {
  readonly onto?: Seen;
}
type Given<Init> = undefined extends Init ? [init?: NonNullable<Init> & Onto] : [init: Init & Onto];

/** One of three: what was answered, somebody else's save that is in the way, or why not, by `code`. */
export type Outcome<Answer> = Answer extends { data: infer Data; error?: never }
  ? { data: Data; conflict?: never; error?: never; response: Response }
  : Answer extends { error: infer Refused }
    ? | (Conflict extends Refused
          ? { data?: never; conflict: Conflict; error?: never; response: Response }
          : never)
      | { data?: never; conflict?: never; error: Exclude<Refused, Conflict>; response: Response }
    : never;

type Method<V extends Verb> = <Path extends PathsWith<V>, Init extends MaybeOptionalInit<paths[Path], V>>(
  path: Path,
  ...given: Given<Init>
) => Promise<Outcome<FetchResponse<paths[Path][V] & Record<string, unknown>, Init, Json>>>;

/** `Content`: the types of content by their names, where the caller has made some of `GET /schema/{version}`. */
export interface PalimpsestClient<Content = Record<string, Record<string, unknown>>> {
  readonly GET: Method<'get'>;
  readonly PUT: Method<'put'>;
  readonly POST: Method<'post'>;
  readonly PATCH: Method<'patch'>;
  readonly DELETE: Method<'delete'>;
  /**
   * The log from a position on, in order, without end: after a lost connection it goes on where it was. It ends when
   * `signal` says so.
   * @throws ProblemError what is refused, but for what passes by itself
   */
  events(filter?: EventFilter): AsyncGenerator<LogEvent, void, undefined>;
  /** The same for a token of the role `render`, which is told in its place which pages became visible, changed or vanished. */
  appearances(filter?: AppearanceFilter): AsyncGenerator<Appearance, void, undefined>;
  /** Whether a page is of a type, and so is its content. */
  is<Page extends { type: string; content: unknown }, Type extends keyof Content & string>(
    page: Page,
    type: Type,
  ): page is Page & { type: Type; content: Content[Type] };
}

/** A client of one server, for one token and one schema version. */
export function createClient<Content = Record<string, Record<string, unknown>>>(
  options: ClientOptions,
): PalimpsestClient<Content> {
  const { token, schemaVersion, attempts = 5, fetch: send = (request) => fetch(request) } = options;
  const baseUrl = options.baseUrl.replace(/\/$/, '');
  const headers = {
    'Schema-Version': String(schemaVersion),
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  };
  const client = createOpenApiClient<paths, Json>({
    baseUrl,
    headers,
    fetch: retrying(send, attempts),
    pathSerializer: pathOf,
  });
  const request = client.request as unknown as Request;
  const method =
    (verb: Verb) =>
    async (path: string, { onto, ...init }: Init = {}): Promise<unknown> => {
      const header = {
        ...(onto !== undefined && { 'If-Match': etagOf(onto) }),
        ...(verb === 'patch' && { 'Content-Type': patchType(init.body) }),
        ...init.params?.header,
      };
      const params = { ...init.params, header };
      const { data, error, response } = await request(verb, path, { ...init, params });
      if (response.ok) {
        rememberTag(data, response.headers.get('etag'));
        return { data, response };
      }
      if (!isProblem(error)) throw new Error(`${verb} ${path} answered ${response.status} and not why`);
      return error.code === 'version-conflict' ? { conflict: error, response } : { error, response };
    };
  return {
    GET: method('get') as Method<'get'>,
    PUT: method('put') as Method<'put'>,
    POST: method('post') as Method<'post'>,
    PATCH: method('patch') as Method<'patch'>,
    DELETE: method('delete') as Method<'delete'>,
    events: (filter = {}) => followEvents(send, `${baseUrl}/events`, headers, filter),
    appearances: (filter = {}) => followEvents(send, `${baseUrl}/events`, headers, filter),
    is: isOfType as PalimpsestClient<Content>['is'],
  };
}

/** What openapi-fetch takes and answers, without the types of the single operations. */
interface Init extends Onto {
  readonly body?: unknown;
  readonly params?: { readonly header?: Readonly<Record<string, unknown>> };
}
type Request = (
  verb: Verb,
  path: string,
  init: Init,
) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

function isOfType(page: { readonly type: string }, type: string): boolean {
  return page.type === type;
}

/** A list of operations is a JSON Patch (RFC 6902), a document a merge patch (RFC 7396). */
function patchType(body: unknown): string {
  return Array.isArray(body) ? 'application/json-patch+json' : 'application/merge-patch+json';
}

/** A parameter is one segment, but for the path of a page, which has some. */
function pathOf(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(params[name]);
    const segments = path === '/paths/{path}' ? value.split('/') : [value];
    return segments.map(encodeURIComponent).join('/');
  });
}
