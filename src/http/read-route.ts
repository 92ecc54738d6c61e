import type { Query } from '@nestjs/cqrs';
import { requireMore, requirePermission, type Access } from '../access/access.js';
import type { ReadDescription } from './describe.js';
import type { Headers } from './headers.js';
import type { Answer } from './problem.js';

/**
 * Who may ask. `nobody`: no token is needed; `read`: whoever has one, and each sees what is there for them; `history`:
 * who sees more than what is published; to all others it isn't there.
 */
type ReadPermission = 'nobody' | 'read' | 'history' | 'administer';

/** One way to read, declared once: its controller and its part of the OpenAPI document are made of this. */
export interface ReadRoute<R extends AtPosition = AtPosition> extends ReadDescription {
  /** With its parameters: `/pages/:id/versions`; a star at the end stands for all that follows. */
  readonly path: string;
  readonly permission: ReadPermission;
  /** @throws Refusal for a question that can't be asked */
  readonly ask: (asked: Asked) => Query<R>;
  readonly show: (found: R, asked: Asked) => Answer;
  /** What is looked for before anything is said of a question that can't be asked: whoever may not see it is told that. */
  readonly first?: (asked: Asked) => Query<AtPosition>;
}

/** What was found, with the log position that it reflects. */
export interface AtPosition {
  readonly position: number;
}

/** What a client asks. */
export interface Asked {
  readonly access: Access;
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly headers: Headers;
  /** As it was sent, with its query. */
  readonly url: string;
  /** The one that the client speaks, or the current one. @throws Refusal where that isn't served */
  readonly schemaVersion: () => number;
  /** The newest one that is served. */
  readonly currentSchemaVersion: number;
}

/** A route among others: what it finds and what it shows belong together, whatever that is. */
export function readRoute<R extends AtPosition>(route: ReadRoute<R>): ReadRoute {
  return route as unknown as ReadRoute;
}

/** @throws Refusal `not-found`, `forbidden` */
export function requireMayAsk(permission: ReadPermission, access: Access): void {
  if (permission === 'nobody' || permission === 'read') return;
  requireMore(access);
  if (permission === 'administer') requirePermission(access, 'administer');
}

export function idOf({ params }: Pick<Asked, 'params'>): string {
  return (params.id ?? '').toLowerCase();
}
