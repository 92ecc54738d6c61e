import type { Command } from 'commander';
import { setTimeout as wait } from 'node:timers/promises';
import type { RecordedEvent } from '../events/event.js';
import { readHead } from '../events/log.js';
import { eventReader } from '../events/read-log.js';
import { CliError, exitCodes } from './exit-code.js';
import type { CommonOptions } from './output.js';
import { reading, stopSignal } from './reading.js';

interface TailOptions extends CommonOptions {
  readonly after?: string;
}

/** How often the database is asked whether somebody committed. */
const pollMs = 100;

export function addTail(cli: Command): void {
  cli
    .command('tail')
    .description('show events as they happen, one line each')
    .option('--after <position>', 'begin after this log position instead of at the end')
    .action((_options, command: Command) => tail(command.optsWithGlobals()));
}

function tail({ data, json, after }: TailOptions): Promise<void> {
  if (after !== undefined && !/^\d{1,15}$/.test(after)) {
    throw new CliError(exitCodes.usage, `--after has to be a log position, not "${after}"`);
  }
  const signal = stopSignal();
  return reading(data, async (db) => {
    const { feedEvent } = await import('../queries/list-events.js');
    const read = eventReader(db);
    let last = after === undefined ? readHead(db).position : Number(after);
    while (!signal.aborted) {
      const events = read(last, 100);
      for (const event of events) {
        process.stdout.write(`${json ? feedEvent(event).json.replace(/[\r\n]+/g, ' ') : describe(event)}\n`);
        last = event.position;
      }
      if (events.length === 0) await wait(pollMs, undefined, { signal }).catch(() => undefined);
    }
  });
}

function describe({ position, changeset, type, stream, data }: RecordedEvent): string {
  const comment = changeset.comment === null ? '' : `  "${changeset.comment.split('\n')[0] ?? ''}"`;
  return `${position}  ${changeset.at}  ${type.padEnd(15)}  ${stream}  ${changeset.by.name}  ${JSON.stringify(data)}${comment}`;
}
