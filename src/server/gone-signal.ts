/** How often it is looked whether the parent is still there. */
const lookEveryMs = 200;

/**
 * Aborts when `parent`, which has started this process, is gone: whoever is orphaned has another parent. Nothing waits for
 * it, and without a parent to look after it never aborts.
 */
export function goneSignal(parent: number | undefined): AbortSignal {
  const controller = new AbortController();
  if (parent === undefined) return controller.signal;
  const looking = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(looking);
    controller.abort();
  }, lookEveryMs).unref();
  return controller.signal;
}
