import { spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Loss } from '../log/file-watch.js';
import type { Listening } from '../http/edge/listening.js';
import { duties } from '../duties/index.js';
import { keepDuties } from '../duties/scheduler.js';
import type { FromNew } from '../upgrade/peer.js';
import { awaitSuccessor } from '../upgrade/predecessor.js';
import { faultAt } from '../upgrade/steps.js';
import { exitCodes } from '../installation/operator-error.js';
import { onAskedToLeave } from '../installation/leaving.js';
import { program } from '../installation/program.js';
import type { Service } from './service.js';
import { environmentOfEdge } from '../installation/edge-settings.js';
import { environmentOfIssuers } from '../installation/issuer-settings.js';
import { environmentWith, type Settings } from '../installation/settings.js';
import { childrenOf, supervisorOf, tellSupervisor } from './successors.js';
import { isSupervised } from './supervised.js';
import { notifySystemd } from './systemd.js';
import { printable } from '../printable.js';

export interface ServingOptions {
  readonly listening: Listening;
  readonly settings: Settings;
  readonly log: Logger;
  /** From now on requests are answered. */
  readonly onListening: (url: string) => void | Promise<void>;
  /** This process was asked to leave. */
  readonly onLeaving?: () => void;
  /** Resolves when the version before this one has left. Undefined where there was none. */
  readonly predecessorGone?: Promise<void> | undefined;
}

/** Nothing that is opened here is left behind when it resolves: SIGTERM came, or another version has taken over. */
export async function serveToTheEnd(
  service: Service,
  { listening, settings, log, onListening, onLeaving, predecessorGone }: ServingOptions,
): Promise<void> {
  // Heard from here on: whoever reads "listening on" may ask for the end at once.
  const stopped = shutdownAsked();
  const { listener } = service.built;
  const { storage } = service.model;
  const stopDuties = keepDuties(
    duties,
    {
      directory: service.directory,
      ladder: service.model.ladder,
      settings,
      db: service.model.db,
      files: service.files,
      isInCharge: () => service.gate.isOpen && !storage.loss,
    },
    ({ failure }, error) => {
      log.warn({ err: error }, failure);
    },
  );
  try {
    const told = { ...environmentOfEdge(settings.edge), ...environmentOfIssuers(settings.issuers) };
    const environment = environmentWith(told);
    const bound: { address?: AddressInfo } = {};
    const restart = (hello: Extract<FromNew, { kind: 'hello' }>): number | undefined => {
      // Whoever holds the socket starts its programs itself.
      if (isSupervised() || settings.notifySocket !== undefined || !bound.address) return undefined;
      const { execPath, main, options } = hello.program;
      const where = ['--host', bound.address.address, '--port', String(bound.address.port)];
      const child = spawn(execPath, [main, ...options, 'serve', '--data', service.directory.path, ...where], {
        stdio: ['ignore', 'inherit', 'inherit'],
        env: environment,
      });
      child.once('error', (error) => {
        log.error({ err: error }, "the new version can't be started again");
      });
      child.unref();
      return child.pid;
    };
    const startedBy = isSupervised() ? supervisorOf() : childrenOf(listener, environment);
    const reached = faultAt(settings.fault);
    const replaced = awaitSuccessor({
      service,
      version: program.version,
      log,
      reached,
      startedBy,
      restart,
      environment,
      told,
      predecessorGone,
    });
    const running = await service.listen(listening);
    bound.address = listener.address() as AddressInfo;
    tellSupervisor({ kind: 'live' });
    notifySystemd(settings, ['--ready', `MAINPID=${process.pid}`]);
    const { model } = service;
    log.info({ url: running.url, version: program.version, position: model.positionOrZero() }, 'started');
    await onListening(running.url);
    await Promise.race([stopped.then(onLeaving), replaced]);
    log.info('draining');
    await whileChangingHands(service);
    await running.stop();
  } finally {
    stopDuties();
    // To close the database is to put its log into a file, and to remove that: they may be somebody else's.
    if (storage.loss) end(storage.loss);
    await service.close();
    log.info('stopped');
    // The channel would keep this process alive.
    if (isSupervised()) process.disconnect();
  }
}

function end({ message }: Loss): never {
  process.stderr.write(`palimpsest: ${printable(message)}\n`);
  process.exit(exitCodes.badData);
}

/** To leave in the middle would be to die: the other version is quick. */
async function whileChangingHands({ gate }: Service): Promise<void> {
  while (gate.state === 'parked' || gate.state === 'closed') await wait(5);
}

/** Resolves when this process is asked to leave. */
export function shutdownAsked(): Promise<void> {
  return new Promise((resolve) => {
    onAskedToLeave(resolve);
  });
}
