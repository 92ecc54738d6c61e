/** Exit codes (sysexits.h). */
export const exitCodes = {
  usage: 64,
  badData: 65,
  unavailable: 69,
  bug: 70,
  cannotCreate: 73,
  busy: 75,
  notPermitted: 77,
  wrongVersion: 78,
} as const;

/** What the operator can do something about, and what stops a verb: one sentence with the way out, and the exit code that goes with it. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';

  constructor(
    readonly exitCode: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
