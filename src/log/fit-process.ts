import { misfitOf } from './wal-fit.js';

/**
 * Looks at a database on behalf of a process that has it open, and must not: a file has one set of locks a process, whatever
 * names it is opened by. Prints why file and log don't fit, if so.
 */
const [database = '', alone = '', position = '', hash = ''] = process.argv.slice(2);
process.stdout.write(
  misfitOf({ database, alone }, { known: { position: Number(position), hash }, isThorough: true }) ?? '',
);
