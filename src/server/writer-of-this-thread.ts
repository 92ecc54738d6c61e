import type { Writer } from '../commands/change-set.js';
import { openDatabase, type Database } from '../log/database.js';
import type { HandOverWriter } from '../writer/thread-writer.js';

/** For measuring against the thread: it can't be upgraded while it runs. */
export function writerOfThisThread(writerOn: (db: Database, epoch: number) => Writer): HandOverWriter {
  let writer: Writer | undefined;
  let close = (): void => undefined;
  const opened = (): Writer => {
    if (!writer) throw new Error('the log is not open here');
    return writer;
  };
  const cannot = (): Promise<never> =>
    Promise.reject(new Error('a server with PALIMPSEST_WRITER=inline can not hand over: restart it without'));
  return {
    submit: (changeSet) => opened().submit(changeSet),
    swapProjections: (swap) => opened().swapProjections(swap),
    wake: () => Promise.resolve(),
    open: ({ database }, epoch) => {
      const db = openDatabase(database);
      writer = writerOn(db, epoch);
      close = () => db.close();
      return Promise.resolve();
    },
    seal: cannot,
    resume: cannot,
    letGo: () => {
      close();
      return Promise.resolve();
    },
    close: async () => {
      await writer?.close();
      close();
    },
  };
}
