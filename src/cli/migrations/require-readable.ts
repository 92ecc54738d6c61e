import { OperatorError, exitCodes } from '../../installation/operator-error.js';

/** Reads rungs that somebody is working on. @throws OperatorError 65 with what is wrong with them */
export function requireReadable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new OperatorError(exitCodes.badData, cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  }
}
