import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { codeOf, isNoRoom } from '../log/database.js';
import { openLadderFrom, type LadderSource } from '../ladder/open-ladder.js';
import { projectionsOf } from '../projections/index.js';
import type { Signature } from '../log/installation.js';
import { BadEvent } from './bad-event.js';
import { LogCopy } from './copy-log.js';

/** What the thread is started with. */
export interface ReplayStart {
  readonly file: string;
  readonly source: string;
  readonly program: Signature;
  readonly ladder: LadderSource;
  readonly mostPages: number;
}

export type ReplayMessage =
  | { readonly kind: 'progress'; readonly position: number; readonly total: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'bad-event'; readonly position: number; readonly message: string }
  | { readonly kind: 'disk-full' }
  /** `code`: of the driver, if it is from there; its errors lose it on the way out of a thread. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** Behind by less, the rest is for the chase. */
const nearlyLevel = 500;
const lowPriority = 10;

/** The long part of an upgrade. On Linux a thread has a priority of its own, so the rest of the process keeps its. */
async function main(): Promise<void> {
  if (!parentPort) throw new Error('this file is the body of a worker thread');
  const tell = (message: ReplayMessage): void => {
    parentPort?.postMessage(message);
  };
  if (process.platform === 'linux') setPriority(lowPriority);
  const { file, source, program, ladder, mostPages } = workerData as ReplayStart;
  try {
    const projections = projectionsOf(await openLadderFrom(ladder));
    const copy = LogCopy.begin(file, source, program, projections, { mostPages });
    let total: number;
    do {
      total = copy.sourcePosition();
      for (const position of copy.copyTo(total)) tell({ kind: 'progress', position, total });
    } while (copy.position < copy.sourcePosition() - nearlyLevel);
    copy.settle(program);
    tell({ kind: 'done' });
  } catch (error) {
    if (error instanceof BadEvent) {
      tell({ kind: 'bad-event', position: error.position, message: error.message });
    } else if (isNoRoom(error)) {
      tell({ kind: 'disk-full' });
    } else if (codeOf(error) !== '') {
      tell({ kind: 'failed', code: codeOf(error), message: (error as Error).message });
    } else throw error;
  }
}

await main();
