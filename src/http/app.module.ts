import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Writer } from '../commands/change-set.js';
import { FindAccessHandler } from '../queries/find-access.js';
import { FindAssetHandler, FindFileHandler, FindFileToLinkHandler } from '../queries/find-asset.js';
import { FindMeHandler } from '../queries/find-me.js';
import { ListGrantsHandler } from '../queries/list-grants.js';
import { ListPeopleHandler } from '../queries/list-people.js';
import { DiffVersionsHandler } from '../queries/diff-versions.js';
import { FindPageHandler } from '../queries/find-page.js';
import { FindPathHandler } from '../queries/find-path.js';
import { FindTreeHandler } from '../queries/find-tree.js';
import { FindChangesetHandler, ListChangesetsHandler } from '../queries/list-changesets.js';
import { ListEventsHandler } from '../queries/list-events.js';
import { ListPagesHandler } from '../queries/list-pages.js';
import { ListReferencesHandler } from '../queries/list-references.js';
import { ListReferrersHandler } from '../queries/list-referrers.js';
import { ListVersionsHandler } from '../queries/list-versions.js';
import { ListTokensHandler } from '../queries/list-tokens.js';
import { FindAliveHandler, FindReadinessHandler, FindSystemHandler } from './system/server-state.js';
import { FindMetricsHandler } from './system/find-metrics.js';
import { Metrics } from './system/metrics.js';
import { FindSchemaHandler, ListSchemaVersionsHandler } from '../queries/list-schema-versions.js';
import { TokenUses } from '../queries/token-uses.js';
import { FileStore } from '../files/file-store.js';
import { ANSWERING, FILE_LIMIT, Uploads, type Answering, type Files } from './assets/uploads.js';
import { Pictures } from '../files/pictures/pictures.js';
import { SendFiles } from './assets/send-file.js';
import { ReadModel } from '../queries/read-model.js';
import { ApiDocument } from './openapi/api-document.js';
import { Authentication } from './edge/authentication.js';
import { People, PEOPLE_SETTINGS, type PeopleSettings } from './edge/people.js';
import { Committed } from './edge/committed.js';
import { EventStreams } from './log/event-streams.js';
import { HeldMemory } from './edge/holding.js';
import type { MemoryLimits } from '../installation/memory-limits.js';
import { readEvents } from './log/read-events.js';
import type { DearReads } from './large-reads/dear-reads.js';
import { DEAR_READS } from './large-reads/dear-reads.js';
import { OpenStreams } from './log/open-streams.js';
import { Reads } from './routing/reads.js';
import { controllers } from './routes.js';
import { Readiness } from './system/readiness.js';
import { RequestRates } from './edge/request-rates.js';
import { Sessions } from './session/sessions.js';
import { SchemaUsage } from './system/schema-usage.js';
import { SubmitChangeSetHandler, WRITER } from './edge/submit-change-set.js';
import { FindApiDocumentHandler } from './openapi/get-openapi.js';
import { FindViewerFileHandler } from './docs/viewer-files.js';
import { Writes } from './routing/writes.js';

const queryHandlers = [
  DiffVersionsHandler,
  FindAccessHandler,
  FindAliveHandler,
  FindApiDocumentHandler,
  FindAssetHandler,
  FindChangesetHandler,
  FindFileHandler,
  FindFileToLinkHandler,
  FindMeHandler,
  FindMetricsHandler,
  FindPageHandler,
  FindPathHandler,
  FindReadinessHandler,
  FindSchemaHandler,
  FindSystemHandler,
  FindTreeHandler,
  FindViewerFileHandler,
  ListChangesetsHandler,
  ListEventsHandler,
  ListGrantsHandler,
  ListPagesHandler,
  ListPeopleHandler,
  ListReferencesHandler,
  ListReferrersHandler,
  ListSchemaVersionsHandler,
  ListTokensHandler,
  ListVersionsHandler,
];

/** What else comes from outside. */
interface Around {
  readonly memory: MemoryLimits;
  readonly rates: RequestRates;
  readonly metrics: Metrics;
  readonly people: PeopleSettings;
  readonly files: Files;
  readonly answering: Answering;
}

/** What hangs together in the server; the two connections to the database come from outside. */
@Module({})
export class AppModule {
  static around(
    model: ReadModel,
    writer: Writer,
    dear: DearReads,
    { memory, rates, metrics, people, files, answering }: Around,
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot()],
      controllers: [...controllers],
      providers: [
        ...queryHandlers,
        SubmitChangeSetHandler,
        Authentication,
        Committed,
        OpenStreams,
        People,
        Readiness,
        Reads,
        SendFiles,
        { provide: SchemaUsage, useFactory: () => new SchemaUsage(new Date()) },
        Sessions,
        TokenUses,
        Uploads,
        Writes,
        { provide: FileStore, useValue: files.store },
        { provide: Pictures, useValue: files.pictures },
        { provide: FILE_LIMIT, useValue: files.limitBytes },
        { provide: ANSWERING, useValue: answering },
        { provide: ApiDocument, useFactory: () => new ApiDocument(controllers) },
        {
          provide: EventStreams,
          inject: [ListEventsHandler, Committed],
          useFactory: (list: ListEventsHandler, committed: Committed) =>
            new EventStreams({ read: readEvents(model, list), committed, stalledMs: memory.stalledMs }),
        },
        { provide: HeldMemory, useValue: new HeldMemory(memory) },
        { provide: RequestRates, useValue: rates },
        { provide: Metrics, useValue: metrics },
        { provide: PEOPLE_SETTINGS, useValue: people },
        { provide: ReadModel, useValue: model },
        { provide: WRITER, useValue: writer },
        { provide: DEAR_READS, useValue: dear },
      ],
    };
  }
}
