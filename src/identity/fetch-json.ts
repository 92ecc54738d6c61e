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
  const response = await answerOf(address, signal);
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new IssuerTrouble(`${address} answered ${response.status} and not 200`);
  }
  const text = await textOf(response, address, signal);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new IssuerTrouble(`${address} answered no JSON`, { cause });
  }
}

async function answerOf(address: string, signal: AbortSignal): Promise<Response> {
  try {
    const headers = { accept: 'application/json, application/jwk-set+json' };
    return await fetch(address, { headers, redirect: 'manual', signal });
  } catch (cause) {
    throw unreachable(address, signal, cause);
  }
}

async function textOf(response: Response, address: string, signal: AbortSignal): Promise<string> {
  const body = response.body as AsyncIterable<Uint8Array> | null; // of bytes, which its type leaves open
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of body ?? []) {
      bytes += part.byteLength;
      if (bytes > largestAnswerBytes) break; // which cancels the rest of it
      parts.push(part);
    }
  } catch (cause) {
    throw unreachable(address, signal, cause);
  }
  if (bytes > largestAnswerBytes)
    throw new IssuerTrouble(`${address} answered more than ${largestAnswerBytes} bytes`);
  return Buffer.concat(parts).toString();
}

function unreachable(address: string, { aborted }: AbortSignal, cause: unknown): IssuerTrouble {
  return new IssuerTrouble(aborted ? `${address} took too long to answer` : `${address} can't be reached`, {
    cause,
  });
}
