/** What a load generator sends, and how long it waits. */
export interface Request {
  readonly bytes: Buffer;
  readonly answered?: (status: number) => void;
}

/**
 * The next request to send. `undefined` ends a closed loop's connection; in an open loop it means "not yet", and
 * the request stays due.
 */
export type Workload = () => Request | undefined;

export const answerTimeoutMs = 60_000;
