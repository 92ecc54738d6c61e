import type { Command } from 'commander';
import { setTimeout as wait } from 'node:timers/promises';
import type { RecordedEvent } from '../events/event.js';
import type { Database } from '../log/database.js';
import { readInstallation } from '../log/installation.js';
import { readHead } from '../log/log.js';
import { eventReader } from '../log/read-log.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import type { CommonOptions } from '../installation/output.js';
import { feedEvent, shownData } from '../queries/feed/feed-event.js';
import { pastPathFinder } from '../queries/past-path.js';
import { printable } from '../printable.js';
import { reading, stopSignal } from '../installation/reading.js';

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

async function tail({ data, json, after }: TailOptions): Promise<void> {
  if (after !== undefined && !/^\d{1,15}$/.test(after)) {
    throw new OperatorError(exitCodes.usage, `--after has to be a log position, not "${after}"`);
  }
  if (after !== undefined)
    await reading(data, (db) => {
      requireHappened(Number(after), db);
    });
  const signal = stopSignal();
  const show = (event: RecordedEvent, path: string | undefined): void => {
    const line = json
      ? withPath(feedEvent(event).json.replace(/[\r\n]+/g, ' '), path)
      : describe(event, path, shownData(event));
    process.stdout.write(`${printable(line)}\n`);
  };
  let last = after === undefined ? undefined : Number(after);
  while (!signal.aborted) last = await reading(data, (db) => tailOf(db, last, show, signal));
}

/** @throws OperatorError 64: nobody would see that it is waited for in vain */
function requireHappened(position: number, db: Database): void {
  const { position: end } = readHead(db);
  if (position <= end) return;
  throw new OperatorError(
    exitCodes.usage,
    `--after ${position} has not happened yet: the log ends at ${end}`,
  );
}

/** Shows events of one database file until another takes its place, or for ever; answers the last position. */
async function tailOf(
  db: Database,
  after: number | undefined,
  show: (event: RecordedEvent, path: string | undefined) => void,
  signal: AbortSignal,
): Promise<number> {
  const read = eventReader(db);
  const pathOf = pastPathFinder(db);
  let last = after ?? readHead(db).position;
  for (;;) {
    const { mode } = readInstallation(db); // before the events: a log that is shut grows no more
    const events = read(last, 100);
    for (const event of events) {
      show(event, pathOf(event.stream, event.position));
      last = event.position;
    }
    if (events.length > 0 && !signal.aborted) continue;
    await wait(pollMs, undefined, { signal }).catch(() => undefined);
    // A copy in memory does not grow.
    if (signal.aborted || mode === 'fenced' || db.memory) return last;
  }
}

/** `line`: an object, as JSON. */
function withPath(line: string, path: string | undefined): string {
  return path === undefined ? line : `${line.slice(0, -1)},"path":${JSON.stringify(path)}}`;
}

function describe(
  { position, changeset, type, stream }: RecordedEvent,
  path: string | undefined,
  data: object,
): string {
  const comment = changeset.comment === null ? '' : `  "${changeset.comment.split('\n')[0] ?? ''}"`;
  return `${position}  ${changeset.at}  ${type.padEnd(15)}  ${stream}${path === undefined ? '' : `  ${path}`}  ${changeset.by.name}  ${JSON.stringify(data)}${comment}`;
}
