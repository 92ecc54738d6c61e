/** What an issuer publishes could not be had; the message says why, in words that may be logged. */
export class IssuerTrouble extends Error {
  override readonly name = 'IssuerTrouble';
}

const largestAnswerBytes = 512 * 1024;

/**
 * A JSON document of an issuer. It is where it says, and is not looked for elsewhere: a redirect may lead into our own network.
 * @throws IssuerTrouble
 */
export async function fetchJson(address: string, signal: AbortSignal): Promise<unknown> {
  const headers = { accept: 'application/json, application/jwk-set+json' };
  const response = await boundedFetch(address, { headers, signal });
  if (response.status !== 200) throw new IssuerTrouble(`${address} answered ${response.status} and not 200`);
  try {
    return await response.json();
  } catch (cause) {
    throw new IssuerTrouble(`${address} answered no JSON`, { cause });
  }
}

/**
 * An answer that is all there, and not too much. Redirects are answers, too.
 * @throws IssuerTrouble
 */
export async function boundedFetch(address: string, options: RequestInit): Promise<Response> {
  try {
    const response = await fetch(address, { ...options, redirect: 'manual' });
    const { status, headers } = response;
    return new Response(await textOf(response, address), { status, headers });
  } catch (cause) {
    if (cause instanceof IssuerTrouble) throw cause;
    const what = options.signal?.aborted ? 'took too long to answer' : "can't be reached";
    throw new IssuerTrouble(`${address} ${what}`, { cause });
  }
}

/** Null for nothing: some answers may have no body, not even an empty one. */
async function textOf(response: Response, address: string): Promise<string | null> {
  const body = response.body as AsyncIterable<Uint8Array> | null; // of bytes, which its type leaves open
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.byteLength;
    // Whoever leaves here cancels the rest of it.
    if (bytes > largestAnswerBytes)
      throw new IssuerTrouble(`${address} answered more than ${largestAnswerBytes} bytes`);
    parts.push(part);
  }
  return bytes === 0 ? null : Buffer.concat(parts).toString();
}
