import 'reflect-metadata';
import { parentPort, workerData } from 'node:worker_threads';
import type { LadderSource } from '../../ladder/open-ladder.js';
import type { ReportBroken } from '../../projections/content.js';
import type { RefusalFacts } from '../../refusal.js';
import type { Answer } from '../edge/problem.js';
import type { Question } from '../routing/read-route.js';
import type { OpenedFiles, Reader } from './reader.js';

export interface ReadThreadStart {
  readonly ladder: LadderSource;
  readonly files: OpenedFiles;
}

/** What the thread sends: reports, and then one answer of any kind to each question. */
export type FromReadThread =
  | {
      readonly kind: 'read';
      readonly answer: Omit<Answer, 'body'>;
      readonly body: Uint8Array;
      readonly position: number;
    }
  | { readonly kind: 'refused'; readonly refusal: RefusalFacts }
  | { readonly kind: 'failed'; readonly failure: string }
  | { readonly kind: 'report'; readonly report: Parameters<ReportBroken> };

/** The thread that answers questions which would hold up the main thread, one after the other. */
async function main(): Promise<void> {
  if (!parentPort) throw new Error('this file is the body of a worker thread');
  const port = parentPort;
  const start = workerData as ReadThreadStart;
  // Nest's decorators want what is imported above to be there before they are loaded.
  const [{ openLadderFrom }, { openReader }, { refusalFacts, Refusal }, { storageRefusal }] =
    await Promise.all([
      import('../../ladder/open-ladder.js'),
      import('./reader.js'),
      import('../../refusal.js'),
      import('../../log/storage-refusal.js'),
    ]);
  const ladder = await openLadderFrom(start.ladder);
  const post = (message: FromReadThread, transferred: readonly ArrayBuffer[] = []): void => {
    port.postMessage(message, transferred);
  };
  let read: Reader | undefined;

  const answer = async (question: Question): Promise<void> => {
    read ??= openReader(start.files, ladder, (...report) => {
      post({ kind: 'report', report });
    });
    const { answer, position } = await read(question);
    const { body: text, ...head } = answer;
    const body = new TextEncoder().encode(text);
    post({ kind: 'read', answer: head, body, position }, [body.buffer]);
  };

  port.on('message', (question: Question) => {
    answer(question).catch((error: unknown) => {
      const refusal = error instanceof Refusal ? error : storageRefusal(error);
      if (refusal) post({ kind: 'refused', refusal: refusalFacts(refusal) });
      else post({ kind: 'failed', failure: wordsOf(error) });
    });
  });
}

/** For the operator's log; the driver's errors lose their message on the way out of a thread. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

await main();
