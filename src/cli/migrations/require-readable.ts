import { CliError, exitCodes } from '../exit-code.js';

/** Reads rungs that somebody is working on. @throws CliError 65 with what is wrong with them */
export function requireReadable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CliError(exitCodes.badData, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
