import type { Database } from '../log/database.js';
import type { ChangeSetHead, RecordedEvent } from '../events/event.js';
import { damageOf } from '../log/check-log.js';
import { readStoredLog } from '../log/read-log.js';
import { requireKnown } from '../ladder/fit-ladder.js';
import { projectionsOf } from '../projections/index.js';
import { Refusal } from '../refusal.js';
import { logWriter, type WritingChangeSet } from '../writer/log-writer.js';
import { sameJson } from '../schema/json/json.js';
import type { Ladder } from '../schema/ladder.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { eventOf, faultOfLine, headOf, lineOf, type Line } from './exported-line.js';
import { possibleEvents, type Possible } from './possible-event.js';
import { broken } from './read-lines.js';

/**
 * The log up to a position, one event a line.
 * @param onDamage told of each event that is not what was written: what has its line is imported nowhere
 */
export function* exportLines(
  db: Database,
  progress: (position: number) => void,
  upTo = Infinity,
  onDamage: (damage: string) => void = () => undefined,
): Generator<string> {
  for (const stored of readStoredLog(db, 0, upTo)) {
    const { event } = stored;
    const damage = damageOf(stored);
    if (damage !== undefined) onDamage(damage);
    yield `${JSON.stringify(lineOf(event))}\n`;
    progress(event.position);
  }
}

/** What an import tells of, and asks for. */
export interface ImportHooks {
  readonly progress: (position: number) => void;
  /** Before anything of it is there for others: what it throws leaves the log empty. */
  readonly beforeCommit?: (position: number) => Promise<void>;
}

/**
 * Appends exported lines to an empty log, all or none, and makes sure that every position and hash comes out as it
 * was. Answers the last position.
 * @throws OperatorError 73 when the log is not empty, 65 for a line that is not what an export wrote; Refusal `log-too-new`
 */
export async function importLines(
  db: Database,
  epoch: number,
  ladder: Ladder,
  lines: AsyncIterable<string>,
  { progress, beforeCommit }: ImportHooks,
): Promise<number> {
  const writer = logWriter(db, epoch, ladder, projectionsOf(ladder));
  const { log } = writer;
  requireEmptyLog(log.position);
  const possible = possibleEvents(db, ladder);
  let number = 0;
  try {
    writer.takeHead();
    let head: ChangeSetHead | undefined;
    let isNew = false;
    let current: Line;
    let open: WritingChangeSet | undefined;
    for await (const text of lines) {
      const line = parseLine(text, ++number);
      current = line;
      if (line.schemaVersion !== undefined) requireKnown(line.schemaVersion, ladder, `line ${line.position}`);
      if (!open || head?.id !== line.changeset) {
        open?.close();
        head = headOf(line);
        isNew = true;
        open = writer.openChangeSet(head, (salt) => (salt === 0 ? line.contextSalt : current.salt), {
          beforeFold: (event) => {
            requireLine(current, event, possible, isNew);
            isNew = false;
          },
        });
      }
      open.append([eventOf(line)]);
      progress(log.position);
    }
    open?.close();
    await beforeCommit?.(log.position);
    writer.commit();
    return log.position;
  } catch (error) {
    throw asBadLine(error, number);
  } finally {
    writer.rollBack();
  }
}

/** @throws OperatorError 65 where an event is not what the line says, or is what could not have happened */
function requireLine(line: Line, made: RecordedEvent, possible: Possible, isFirst: boolean): void {
  requireSame(line, lineOf(made));
  const fault = faultOfLine({ ...line });
  if (fault !== undefined) throw impossible(line.position, `${fault} is not as an export writes it`);
  const why = (isFirst ? possible.changeSet(headOf(line)) : undefined) ?? possible.event(eventOf(line));
  if (why !== undefined) throw impossible(line.position, why);
}

/** @throws OperatorError 73 */
export function requireEmptyLog(position: number): void {
  if (position === 0) return;
  throw new OperatorError(
    exitCodes.cannotCreate,
    `the log has ${position} positions already: import into an empty --data`,
  );
}

function parseLine(text: string, position: number): Line {
  let line: Line | undefined;
  try {
    line = JSON.parse(text) as Line;
  } catch (cause) {
    throw broken(position, 'is not JSON', cause);
  }
  if (line.position !== position) {
    throw new OperatorError(
      exitCodes.badData,
      `line ${position} holds position ${line.position}: expected ${position}, without gaps`,
    );
  }
  const { salt, contextSalt } = line as Partial<Line>;
  if (salt === undefined && contextSalt === undefined) {
    throw new OperatorError(
      exitCodes.badData,
      `line ${position} has no salts, as exports of release 0.1.0: have its data directory taken over by \`palimpsest upgrade\`, and export that`,
    );
  }
  if (!isSalt(salt) || !isSalt(contextSalt)) throw notExported(position);
  return line;
}

/** 16 bytes in hex, as an export writes them. */
function isSalt(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);
}

/** An export of what was made of a line has to be that line: what the chain does not cover, too. */
function requireSame(line: Line, made: Line): void {
  if (line.hash !== made.hash || line.id !== made.id) {
    throw new OperatorError(
      exitCodes.badData,
      `the chain breaks at position ${made.position}: the file is damaged or was changed`,
    );
  }
  if (!sameJson(line as never, JSON.parse(JSON.stringify(made)) as never)) throw notExported(made.position);
}

/** What no command ever does, however well it is chained. */
function impossible(position: number, why: string): OperatorError {
  return new OperatorError(
    exitCodes.badData,
    `line ${position} says what can't have happened: ${why}; nothing of the file was imported`,
  );
}

function notExported(position: number, cause?: unknown): OperatorError {
  return new OperatorError(
    exitCodes.badData,
    `line ${position} is not what an export wrote: the file is damaged or was changed`,
    { cause },
  );
}

/** What goes wrong with a line is the fault of the file, unless the machine says that it is its own. */
function asBadLine(error: unknown, position: number): unknown {
  const { code } = error as { code?: unknown };
  const isTheMachines = typeof code === 'string' && !code.startsWith('SQLITE_CONSTRAINT');
  if (error instanceof OperatorError || error instanceof Refusal || isTheMachines) return error;
  return notExported(position, error);
}
