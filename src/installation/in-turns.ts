import { setImmediate } from 'node:timers/promises';

/** Takes steps to their end, and hears in between whether it is to stop. */
export async function inTurns<R>(
  steps: Generator<number, R>,
  progress: (done: number) => void = () => undefined,
): Promise<R> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    progress(step.value);
    await setImmediate();
  }
}
