/** Takes steps to their end, without a pause. */
export function drained<R>(
  steps: Generator<number, R>,
  progress: (done: number) => void = () => undefined,
): R {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    progress(step.value);
  }
}
