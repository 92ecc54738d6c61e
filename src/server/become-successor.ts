import type { Logger } from 'pino';
import { noteWindow } from '../log/version-history.js';
import type { Listening } from '../http/edge/listening.js';
import { usableLadder } from '../ladder/fit-ladder.js';
import { openLadder } from '../ladder/open-ladder.js';
import { requireRights } from '../upgrade/preflight.js';
import type { Reached } from '../installation/first-steps.js';
import { faultAt, steps, type Step } from '../upgrade/steps.js';
import { succeed } from '../upgrade/successor.js';
import type { Direction } from '../upgrade/versions.js';
import { takeChargeOfBuilt } from './charge.js';
import { dataDirectory } from '../installation/data-directory.js';
import { goneSignal } from './gone-signal.js';
import { operatorLog } from '../installation/operator-log.js';
import { programFileWith, signatureWith } from '../installation/program.js';
import { progressOn } from '../installation/progress.js';
import { reading, stopSignal } from '../installation/reading.js';
import { serveToTheEnd } from './serve-to-the-end.js';
import { buildService, type Service } from './service.js';
import type { Settings } from '../installation/settings.js';
import type { UpgradeOptions } from '../upgrade/upgrade-options.js';
import { printable } from '../printable.js';

/** Takes over from the running version, and serves from then on. */
export async function becomeSuccessor(
  direction: Direction,
  options: UpgradeOptions,
  settings: Settings,
): Promise<void> {
  const { data, migrations } = options;
  const directory = dataDirectory(data);
  requireRights(directory);
  const known = await openLadder(migrations);
  const ladder = await reading(data, (db) => usableLadder(db, known), 'older ones, too');
  const program = signatureWith(ladder);
  const log = operatorLog(settings);
  const reached = stepsLoggedBy(log, faultAt(settings.fault));
  const listening = await listeningOf(options, settings);
  const progress = progressOn(process.stderr, 'replaying');
  let service: Service | undefined;
  try {
    const succession = await succeed(
      {
        directory,
        direction,
        program,
        programFile: programFileWith(migrations),
        ladder,
        migrations,
        force: options.force ?? false,
        reached,
        signal: AbortSignal.any([stopSignal(), goneSignal(settings.lentBy)]),
        progress: progress.update,
        pageLimit: settings.pageLimit,
      },
      {
        prepare: async () => {
          service = await buildService({ directory, ladder, migrations, settings, log });
        },
        rehearse: async () => service?.rehearse(directory.nextDatabase),
      },
    );
    if (!succession || !service) {
      process.stdout.write(`nothing to do: ${printable(program.version)} is in charge already\n`);
      return;
    }
    const { ownerLock, sealedAtMs, unfinished, old, release } = succession;
    reached('live');
    const charge = takeChargeOfBuilt(directory, ladder, ownerLock);
    await service.open(charge);
    service.built.unfinished.takeOver(unfinished);
    reached('accept');
    await serveToTheEnd(service, {
      listening,
      settings,
      log,
      onListening: (url) => {
        const windowMs = performance.timeOrigin + performance.now() - sealedAtMs;
        old?.send({ kind: 'live', controlSocket: directory.controlSocket(process.pid), windowMs });
        try {
          noteWindow(charge.db, charge.epoch, windowMs);
        } catch (error) {
          log.warn({ err: error }, 'how long writes have waited could not be noted');
        }
        release();
        progress.finish();
        process.stdout.write(`listening on ${url}\n`);
      },
      onLeaving: () => old?.send({ kind: 'leaving' }),
      predecessorGone: old?.closed,
    });
  } finally {
    await service?.close();
  }
}

function stepsLoggedBy(log: Logger, reached: Reached<Step>): Reached<Step> {
  return (step) => {
    log.debug({ step: steps[step].number, atMs: performance.now() }, steps[step].does);
    reached(step);
  };
}

/** The socket that was inherited, or the one that the running version lends. */
async function listeningOf({ listenFd }: UpgradeOptions, settings: Settings): Promise<Listening> {
  if (listenFd !== undefined) return { fd: Number(listenFd) };
  if (settings.inheritedSocket) return settings.inheritedSocket;
  process.send?.('ready');
  const handle = await new Promise<object>((resolve, reject) => {
    process.once('message', (_message, sent) => {
      resolve(sent as object);
    });
    process.once('disconnect', () => {
      reject(new Error('the running version did not lend its socket'));
    });
  });
  process.disconnect();
  return { _handle: handle };
}
