import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { whenStill } from '../../when-still.js';

/** How long a whole body may take to arrive: the largest at 17 KiB a second. What stands still is ended earlier. */
const longestMs = 600_000;

type Done = (error: Error | null, body?: Buffer) => void;

/** For how long a body may stand still, and what is done with the connection then. */
export interface Patience {
  readonly idleMs: number;
  readonly lost: (socket: Socket) => void;
}

/**
 * Reads a body as the bytes that it is, each copied once where its length is known. How many there may be is asked before
 * they are kept: at its announcement, or for each chunk of one that says nothing of its length. It is waited for as long as it
 * moves, ten minutes at most; without `patience`, for ever.
 */
export function readBody(
  request: FastifyRequest,
  payload: IncomingMessage,
  patience: Patience | undefined,
  done: Done,
): void {
  const { bodyLimit } = request.routeOptions;
  const length = announced(payload);
  let arrived = 0;
  let whole: Buffer | undefined;
  const chunks: Buffer[] = [];

  const idle =
    patience &&
    whenStill(patience.idleMs, () => {
      patience.lost(request.raw.socket);
    });
  const late =
    patience &&
    setTimeout(() => {
      patience.lost(request.raw.socket);
    }, longestMs);
  const end = (error: Error | null, body?: Buffer): void => {
    idle?.stop();
    clearTimeout(late);
    payload.off('data', onData).off('end', onEnd).off('error', onError);
    done(error, body);
  };
  const onError = (error: Error): void => {
    end(withStatus(400, error)); // it was cut off
  };
  const refuse = (error: unknown): void => {
    end(error as Error); // a Refusal
  };
  const onData = (chunk: Buffer): void => {
    arrived += chunk.length;
    idle?.moved();
    if (whole) {
      chunk.copy(whole, arrived - chunk.length);
      return;
    }
    try {
      if (arrived > bodyLimit) throw tooLarge();
      request.holding?.grow(chunk.length);
      chunks.push(chunk);
    } catch (error) {
      refuse(error);
    }
  };
  const onEnd = (): void => {
    end(null, whole ?? Buffer.concat(chunks, arrived));
  };

  try {
    if (length !== undefined) {
      if (length > bodyLimit) throw tooLarge();
      request.holding?.grow(length);
      whole = Buffer.allocUnsafeSlow(length);
    }
  } catch (error) {
    end(error as Error);
    return;
  }
  payload.on('data', onData).once('end', onEnd).once('error', onError);
}

/** Node has read it already: it is a number, and nothing else says how long the body is. */
function announced({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length === undefined || headers['transfer-encoding'] !== undefined ? undefined : Number(length);
}

/** As Fastify says it. */
function tooLarge(): Error {
  return withStatus(413, new Error('the body is too large'));
}

function withStatus(statusCode: number, error: Error): Error {
  return Object.assign(error, { statusCode });
}
