import { BatchController } from './batch.controller.js';
import { ChangesetsController } from './changesets.controller.js';
import { EventsController } from './events.controller.js';
import { OpenApiController } from './openapi.controller.js';
import { PageWritesController } from './page-writes.controller.js';
import { PagesController } from './pages.controller.js';
import { SchemaController } from './schema.controller.js';
import { SystemController } from './system.controller.js';
import { TokensController } from './tokens.controller.js';
import { TreeController } from './tree.controller.js';

/** Whatever can be asked of the server, in the order in which it is described. */
export const controllers = [
  PagesController,
  PageWritesController,
  BatchController,
  TreeController,
  ChangesetsController,
  EventsController,
  TokensController,
  SchemaController,
  SystemController,
  OpenApiController,
] as const;
