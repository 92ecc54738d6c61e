import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Writer } from '../commands/change-set.js';
import { DiffVersionsHandler } from '../queries/diff-versions.js';
import { FindPageHandler } from '../queries/find-page.js';
import { FindPathHandler } from '../queries/find-path.js';
import { FindTreeHandler } from '../queries/find-tree.js';
import { FindChangesetHandler, ListChangesetsHandler } from '../queries/list-changesets.js';
import { ListEventsHandler } from '../queries/list-events.js';
import { ListPagesHandler } from '../queries/list-pages.js';
import { ListVersionsHandler } from '../queries/list-versions.js';
import { ReadModel } from '../queries/read-model.js';
import { ApiDocument } from './api-document.js';
import { Authentication } from './authentication.js';
import { Committed } from './committed.js';
import { controllers } from './controllers.js';
import { EventStreams } from './event-streams.js';
import { HeldMemory } from './holding.js';
import type { MemoryLimits } from './memory-limits.js';
import { readEvents } from './read-events.js';
import { Readiness } from './readiness.js';
import { SchemaUsage } from './schema-usage.js';
import { SubmitChangeSetHandler, WRITER } from './submit-change-set.js';
import { Writes } from './writes.js';

const queryHandlers = [
  DiffVersionsHandler,
  FindChangesetHandler,
  FindPageHandler,
  FindPathHandler,
  FindTreeHandler,
  ListChangesetsHandler,
  ListEventsHandler,
  ListPagesHandler,
  ListVersionsHandler,
];

/** What hangs together in the server; the two connections to the database come from outside. */
@Module({})
export class AppModule {
  static around(model: ReadModel, writer: Writer, limits: MemoryLimits): DynamicModule {
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot()],
      controllers: [...controllers],
      providers: [
        ...queryHandlers,
        SubmitChangeSetHandler,
        Authentication,
        Committed,
        Readiness,
        SchemaUsage,
        Writes,
        { provide: ApiDocument, useFactory: () => new ApiDocument(controllers) },
        {
          provide: EventStreams,
          inject: [ListEventsHandler, Committed],
          useFactory: (list: ListEventsHandler, committed: Committed) =>
            new EventStreams({ read: readEvents(model, list), committed, stalledMs: limits.stalledMs }),
        },
        { provide: HeldMemory, useValue: new HeldMemory(limits) },
        { provide: ReadModel, useValue: model },
        { provide: WRITER, useValue: writer },
      ],
    };
  }
}
