import type { FastifyRequest } from 'fastify';
import type { Access } from '../access/access.js';
import { schemaVersionOf, type Served } from './headers.js';

/** How pages are shown: to whom, and at which schema version. */
interface Showing {
  readonly access: Access;
  readonly schemaVersion: number;
}

/** At the schema version that the client speaks, or the current one. */
export function showing(request: FastifyRequest, served: Served): Showing {
  const schemaVersion = schemaVersionOf(request.headers, served) ?? served.ladder.current;
  return { access: request.principal.access, schemaVersion };
}
