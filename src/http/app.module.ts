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
import type { DearReads } from './read-threads.js';
import { Readiness } from './readiness.js';
import { DEAR_READS, Reads } from './reads.js';
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
  static around(model: ReadModel, writer: Writer, dear: DearReads): DynamicModule {
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
        Reads,
        SchemaUsage,
        Writes,
        { provide: ApiDocument, useFactory: () => new ApiDocument(controllers) },
        { provide: ReadModel, useValue: model },
        { provide: WRITER, useValue: writer },
        { provide: DEAR_READS, useValue: dear },
      ],
    };
  }
}
