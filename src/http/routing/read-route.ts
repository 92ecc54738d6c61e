import type { Query } from '@nestjs/cqrs';
import { requireMore, requirePermission, requireReads, type Access } from '../../access/access.js';
import type { Rights } from '../../access/rights.js';
import type { Actor } from '../../events/event.js';
import type { Grantee } from '../../events/grantee.js';
import type { Through } from '../../queries/find-me.js';
import type { ReadDescription } from '../openapi/describe.js';
import { schemaVersionOf, type Headers, type Served } from '../edge/headers.js';
import type { Shown } from '../log/event-page.js';
import type { Answer } from '../edge/problem.js';

/**
 * Who may ask. `nobody`: no token is needed; `anybody`: whoever has one; `read`: whoever may read, and each sees what is there for them; `history`:
 * who sees more than what is published; to all others it isn't there; `measure`: those for whom nothing else is there, and
 * administrators.
 */
type ReadPermission = ReadDescription['permission'];

/** One way to read, declared once: its controller and its part of the OpenAPI document are made of this. */
export interface ReadRoute<R extends AtPosition = AtPosition> extends ReadDescription {
  /** With its parameters: `/pages/:id/versions`; a star at the end stands for all that follows. */
  readonly path: string;
  /** How many requests it counts for where they are limited; 1 when absent. One with `asOf` counts five times that. */
  readonly weight?: number;
  /** @throws Refusal for a question that can't be asked */
  readonly ask: (asked: Asked) => Query<R>;
  readonly show: (found: R, asked: Asked) => Answer;
  /** What is kept open in place of an answer, where that is asked for. @throws Refusal */
  readonly follow?: (asked: Asked) => Followed | undefined;
  /** What is looked for before anything is said of a question that can't be asked: whoever may not see it is told that. */
  readonly first?: (asked: Asked) => Query<AtPosition>;
}

/** A stream of events that goes on after a position: the one that was seen last, if that is said. */
export interface Followed {
  readonly after: number;
  readonly seen: number | undefined;
  /** Where what is told is confined to the page at a path and to all beneath it: looked up once, it may be moved. */
  readonly path: string | undefined;
  readonly shown: Omit<Shown, 'within'>;
}

/** What was found, with the log position that it reflects. */
export interface AtPosition {
  readonly position: number;
}

/** What a client sends with a question. */
export interface Parts {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  /** As it was sent, with its query. */
  readonly url: string;
}

/** A question as plain data that crosses threads. */
export interface Question extends Parts {
  /** The operation of the route. */
  readonly route: string;
  readonly rights: Rights;
}

/** Who asks. `grantees`: whose grants they come with; `expiresAt` is ISO 8601, UTC, null: never. */
export interface Who {
  readonly actor: Actor;
  readonly through: Through;
  readonly grantees: readonly Grantee[];
  readonly expiresAt: string | null;
}

/** A question as routes look at it. */
export interface Asked extends Parts {
  readonly access: Access;
  /** Who asks, where that is shown: not known to threads that read. */
  readonly who?: Who;
  /** The one that the client speaks, or the current one. @throws Refusal where that isn't served */
  readonly schemaVersion: () => number;
  /** The newest one that is served. */
  readonly currentSchemaVersion: number;
}

export function askedOf(
  { params, query, headers, url }: Parts,
  access: Access,
  served: Served,
  who?: Who,
): Asked {
  const current = served.ladder.finalized;
  return {
    access,
    ...(who && { who }),
    params,
    query,
    headers,
    url,
    schemaVersion: () => schemaVersionOf(headers, served) ?? current,
    currentSchemaVersion: current,
  };
}

/** A route among others: what it finds and what it shows belong together, whatever that is. */
export function readRoute<R extends AtPosition>(route: ReadRoute<R>): ReadRoute {
  return route as unknown as ReadRoute;
}

/** @throws Refusal `not-found`, `forbidden` */
export function requireMayAsk(permission: ReadPermission, access: Access): void {
  if (
    permission === 'nobody' ||
    permission === 'anybody' ||
    (permission === 'measure' && access.may('measure'))
  )
    return;
  requireReads(access);
  if (permission === 'read') return;
  requireMore(access);
  if (permission !== 'history') requirePermission(access, permission);
}
