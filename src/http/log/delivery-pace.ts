/** Streams that are served before others have their turn. */
const sliceLength = 20;
/** What streams may take of the time while there is something new all the time, as a divisor. */
const shareOfTime = 10;
const longestPauseMs = 1_000;

/** Serves some in each turn of the event loop; tells when all have had theirs, and how long that took. */
export function inSlices<T>(
  all: readonly T[],
  serve: (one: T) => void,
  done: (tookMs: number) => void = () => undefined,
): void {
  const left = [...all];
  let tookMs = 0;
  const slice = (): void => {
    const startedMs = performance.now();
    for (const one of left.splice(0, sliceLength)) serve(one);
    tookMs += performance.now() - startedMs;
    if (left.length > 0) setImmediate(slice);
    else done(tookMs);
  };
  slice();
}

/** One round of deliveries at a time, and rests between them: what is delivered must not hold up who saves. */
export class DeliveryPace {
  private isRunning = false;
  private restUntilMs = 0;

  /** @param round begins one, later, and calls `done` at its end. Nothing begins while another is under way. */
  soon(round: (done: (tookMs: number) => void) => void): void {
    if (this.isRunning) return;
    this.isRunning = true;
    setTimeout(
      () => {
        round((tookMs) => {
          this.isRunning = false;
          this.restUntilMs = performance.now() + Math.min(longestPauseMs, tookMs * (shareOfTime - 1));
        });
      },
      Math.max(0, this.restUntilMs - performance.now()),
    );
  }
}
