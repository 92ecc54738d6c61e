/** Sends a request once. @throws when no answer came */
export type Send = (request: Request) => Promise<Response>;

const safe = ['GET', 'HEAD', 'OPTIONS'];
const firstPauseMs = 100;
/** Who is asked to wait longer hears of it. */
const longestPauseMs = 60_000;

/**
 * Sends a request again when no answer came, or not the whole of it, and when the server says when to come back (429 and
 * 503 with `Retry-After`). A write has one `Idempotency-Key` for all of that: what was done is not done twice.
 */
export function retrying(send: Send, attempts: number): Send {
  return async (request) => {
    if (!safe.includes(request.method) && !request.headers.has('idempotency-key'))
      request.headers.set('idempotency-key', newKey());
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt >= attempts;
      const answer = await whole(send, request).catch((error: unknown) => {
        if (isLast || request.signal.aborted) throw error;
      });
      const pauseMs = answer ? comeBackMs(answer) : firstPauseMs * 2 ** (attempt - 1);
      if (answer && (isLast || pauseMs === undefined || pauseMs > longestPauseMs)) return answer;
      await pause(pauseMs ?? 0, request.signal);
    }
  };
}

/** An answer that has arrived to its end. */
async function whole(send: Send, request: Request): Promise<Response> {
  const answer = await send(request.clone());
  await answer.clone().arrayBuffer();
  return answer;
}

/** When the server wants to be asked again; undefined where it doesn't. */
export function comeBackMs({ status, headers }: Response): number | undefined {
  const after = headers.get('retry-after');
  return [429, 503].includes(status) && after !== null && /^\d+$/.test(after)
    ? Number(after) * 1000
    : undefined;
}

/** @throws the signal's reason, when it says so before the end */
export async function pause(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Not `randomUUID`, which browsers have on secure origins only. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
