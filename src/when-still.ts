/** Something that is waited for as long as it moves. */
export interface Moving {
  moved(): void;
  /** It is not waited for any more. */
  stop(): void;
}

/**
 * Calls `still` when nothing was `moved` for so long. Where this process stood still itself, what has come in meanwhile is heard
 * first: a timer that is over is no sign that there is nothing.
 */
export function whenStill(idleMs: number, still: () => void): Moving {
  let looking: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    looking = setImmediate(still);
  }, idleMs);
  return {
    moved: () => {
      clearImmediate(looking);
      timer.refresh();
    },
    stop: () => {
      clearImmediate(looking);
      clearTimeout(timer);
    },
  };
}
