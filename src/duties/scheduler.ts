import type { Duty, Ground } from './duty.js';

/** Told of what a duty has thrown. */
type ReportFailure = (duty: Duty, error: unknown) => void;

/**
 * Does duties, each at its own times, until the answered function is called, and none while this process is not in charge. They
 * keep no process alive.
 */
export function keepDuties(duties: readonly Duty[], ground: Ground, report: ReportFailure): () => void {
  const timers = duties.map((duty) => {
    let isAtWork = false;
    const work = async (): Promise<void> => {
      if (isAtWork || !ground.isInCharge()) return;
      isAtWork = true;
      try {
        await duty.run(ground);
      } catch (error) {
        report(duty, error);
      } finally {
        isAtWork = false;
      }
    };
    return setInterval(() => void work(), duty.everyMs(ground)).unref();
  });
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}
