import type { Logger } from 'pino';
import type { Writer } from '../commands/change-set.js';
import { threadWriter, type HandOverWriter } from '../writer/thread-writer.js';
import { FileStore } from '../files/file-store.js';
import { Pictures } from '../files/pictures/pictures.js';
import type { Files } from '../http/assets/uploads.js';
import { identitiesOf, type Loss } from '../log/file-watch.js';
import { lateDatabase } from '../log/late-database.js';
import type { Listening } from '../http/edge/listening.js';
import { withoutQuery } from '../http/edge/request-target.js';
import { issuersOf } from '../installation/issuer-settings.js';
import { memoryLimits } from '../installation/memory-limits.js';
import { ReadThreads } from '../http/large-reads/read-threads.js';
import { Metrics } from '../http/system/metrics.js';
import { buildServer, type BuiltServer, type RunningServer } from '../http/server.js';
import { anything, nothing, small, type Bearable } from '../queries/bearable.js';
import { openForQueries, ReadModel } from '../queries/read-model.js';
import type { Ladder } from '../schema/ladder.js';
import { faultAt } from '../upgrade/steps.js';
import { Gate } from '../http/hand-over/gate.js';
import type { Successor } from '../http/hand-over/hold-requests.js';
import { tryTakeCharge, type Charge } from './charge.js';
import type { DataDirectory } from '../installation/data-directory.js';
import { exitCodes } from '../installation/operator-error.js';
import { exitCodeOf, sentenceOf } from '../installation/exit-code.js';
import { reportBroken } from './report-broken.js';
import type { Settings } from '../installation/settings.js';
import { whenThereIsRoom } from './when-there-is-room.js';
import { printableLines } from '../printable.js';

/** Everything that serves one data directory; it can be built before there is a log to serve, and let go of it. */
export interface Service {
  readonly model: ReadModel;
  readonly writer: Writer;
  readonly gate: Gate;
  readonly built: BuiltServer;
  readonly reads: ReadThreads;
  /** What the log is sealed and given back with. */
  readonly log: HandOverWriter;
  readonly directory: DataDirectory;
  readonly files: FileStore;
  successor: Successor | undefined;
  /** Does once, on a database that is not served, what the first request would otherwise wait for. */
  rehearse(file: string): Promise<void>;
  /** Begins to work on the log that `charge` is about. */
  open(charge: Charge): Promise<void>;
  /** The same for a start: the log can be read, and what is written waits for the writer's thread, which still loads. */
  openSoon(charge: Charge): void;
  /** Closes the database and frees the owner's lock. */
  letGo(): Promise<void>;
  /** Takes charge again, after `letGo`; false while another process is in charge. */
  takeBack(): Promise<boolean>;
  /** Null: on the control socket alone. */
  listen(listen: Listening | null): Promise<RunningServer>;
  /** Nothing is left open. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly directory: DataDirectory;
  /** As far as clients may use it. */
  readonly ladder: Ladder;
  /** The directory that the ladder comes from, if not from the program. */
  readonly migrations: string | undefined;
  readonly settings: Pick<
    Settings,
    | 'reads'
    | 'fileMib'
    | 'variantsMib'
    | 'drainDelayMs'
    | 'memory'
    | 'edge'
    | 'issuers'
    | 'sessionSeconds'
    | 'logRequests'
    | 'fault'
    | 'holdMs'
  >;
  readonly log: Logger;
}

const mib = 1024 * 1024;

const bearable: Record<Settings['reads'], Bearable> = {
  inline: anything,
  'by size': small,
  threads: nothing,
};

export async function buildService({
  directory,
  ladder,
  migrations,
  settings,
  log,
}: ServiceOptions): Promise<Service> {
  const late = lateDatabase();
  const gate = new Gate(settings.holdMs);
  const metrics = new Metrics(directory.database);
  const report = reportBroken(log);
  const model = new ReadModel(late.db, ladder, report);
  model.storage.report = (error, request) => {
    log.error({ err: error, request: withoutQuery(request) }, 'the database could not be read');
  };
  const reads = new ReadThreads({ directory: migrations, upTo: ladder.finalized }, report);
  const writing = threadWriter(
    { directory: migrations, upTo: ladder.finalized },
    report,
    noteLoss,
    die,
    metrics.noteCommit,
  );
  let charge: Charge | undefined;

  function noteLoss(loss: Loss | undefined): void {
    model.storage.loss = loss;
    if (loss) log.fatal(`nothing is written any more: ${loss.message}`);
    else log.warn('the files are back: writing goes on');
  }

  function die(error: unknown): void {
    const exitCode = exitCodeOf(error);
    if (exitCode === undefined) log.fatal({ err: error }, 'the writer died');
    else process.stderr.write(`palimpsest: ${printableLines(sentenceOf(error as Error))}\n`);
    process.exit(exitCode ?? exitCodes.bug);
  }

  /** Whether there is a log to write to. Of those that ask at once, one looks. */
  let looking: Promise<boolean> | undefined;
  const isReady = (): Promise<boolean> => {
    if (!charge?.tryAgain) return Promise.resolve(true);
    return (looking ??= goOn(charge.tryAgain).finally(() => {
      looking = undefined;
    }));
  };
  const goOn = async (tryAgain: NonNullable<Charge['tryAgain']>): Promise<boolean> => {
    const next = await tryAgain();
    if (!next) return false;
    model.endTurn();
    late.close();
    await service.open(next);
    model.forget();
    log.warn('there is room again: writes are accepted');
    return true;
  };
  const writer = gate.guard(whenThereIsRoom(writing, isReady));
  const takeOver = {
    gate,
    successor: () => {
      if (!service.successor) throw new Error('nobody has taken over from this process');
      return service.successor;
    },
  };
  const files = new FileStore(directory.content, faultAt(settings.fault));
  const built = await buildServer(
    model,
    writer,
    gate.guardReads(reads),
    { log, logRequests: settings.logRequests, metrics },
    takeOver,
    {
      memory: memoryLimits(settings.memory),
      files: filesOf(files, directory, settings, log),
    },
    {
      ...settings.edge,
      issuers: issuersOf(settings.issuers),
      sessionSeconds: settings.sessionSeconds,
    },
  );
  const service: Service = {
    model,
    writer,
    gate,
    built,
    reads,
    log: writing,
    directory,
    files,
    successor: undefined,
    rehearse: async (file) => {
      await writing.wake();
      late.open(openForQueries(file));
      model.position();
      model.hasPage('');
      late.close();
      await writing.open({ ...directory.walFiles, database: file }, 0);
      await writing.letGo();
    },
    open: async (given) => {
      charge = given;
      if (given.tryAgain) {
        model.bearable = anything; // it is read from memory, where no other thread gets to
        late.open(given.db);
        return;
      }
      const opened = writing.open(directory.walFiles, given.epoch);
      late.open(openForQueries(directory.database));
      model.positionOrZero(); // whoever has read has the log open, too
      reads.open({ database: directory.database, identities: identitiesOf(directory.database) });
      model.bearable = bearable[settings.reads];
      await opened;
    },
    openSoon: (given) => {
      service.open(given).catch(die);
    },
    close: async () => {
      await reads.close();
      model.close();
      await writer.close();
      charge?.release();
      charge = undefined;
    },
    takeBack: async () => {
      const again = await tryTakeCharge(directory, ladder);
      if (!again) return false;
      await service.open(again);
      built.committed.startAgain(model.position());
      built.forget();
      return true;
    },
    letGo: async () => {
      built.committed.stop();
      await reads.close();
      model.close();
      await writing.letGo();
      charge?.release();
      charge = undefined;
    },
    listen: (listen) =>
      built.listen({
        listen,
        controlSocket: directory.controlSocket(process.pid),
        drainDelayMs: settings.drainDelayMs,
      }),
  };
  return service;
}

function filesOf(
  store: FileStore,
  directory: DataDirectory,
  { fileMib, variantsMib }: Pick<Settings, 'fileMib' | 'variantsMib'>,
  log: Logger,
): Files {
  const pictures = new Pictures({
    directory: directory.variants,
    limitBytes: variantsMib * mib,
    pathOf: (sha256) => store.pathOf(sha256),
    warn: (sentence) => {
      log.warn(sentence);
    },
  });
  return { store, limitBytes: fileMib * mib, pictures };
}
