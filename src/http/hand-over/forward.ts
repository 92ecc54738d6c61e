import { createReadStream } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../refusal.js';
import { prefers } from '../edge/accepts.js';
import type { EdgeResponse } from '../edge/edge-response.js';
import { endIfStalled } from '../edge/holding.js';
import { problemAnswer } from '../edge/problem.js';
import { headersOfTrace } from '../edge/tracing.js';

/**
 * Marks what came in from the outside: on the control socket it has no rights of its own. Its value is the address of whoever
 * sent it, where that is known.
 */
export const forwardedHeader = 'palimpsest-forwarded';

/** Headers that are about one connection (RFC 9110 §7.6.1), and those that sending sets anew. */
const hopByHop = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade']);

/** A file that has arrived here and is for whoever has taken over: its bytes, and the path and query that say what it is for. */
export interface FileOnward {
  readonly path: string;
  readonly bytes: number;
  readonly target: string;
  /** What its headers said of it was said of the form that it came in. */
  readonly isOfForm: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Of an upload that ended here when another version was in charge. */
    fileOnward?: FileOnward;
  }
}

/** To whom a request is passed on, and for whom. */
interface Onward {
  readonly socketPath: string;
  readonly address: string | undefined;
  /** How long the answer waits for a client that takes nothing of it. */
  readonly stalledMs: number;
}

/**
 * Has the process behind `socketPath` answer a request, and the client come to it directly from now on. A body that
 * has been read goes along; one that has not is passed on as it arrives. A file is sent from where it lies: to write and to check
 * it anew is quicker than to have it come a second time.
 */
export function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  { socketPath, address, stalledMs }: Onward,
): void {
  const { raw, fileOnward: file } = request;
  const body = Buffer.isBuffer(request.body) ? request.body : undefined;
  const answer = reply.hijack().raw;
  request.holding?.settle();
  if (isStream(request)) {
    endStream(answer);
    return;
  }
  const onward = httpRequest({
    socketPath,
    method: raw.method ?? 'GET',
    path: file?.target ?? raw.url ?? '/',
    headers: {
      ...onwardHeaders(file?.isOfForm ? withoutForm(raw.headers) : raw.headers, body?.length ?? file?.bytes),
      ...headersOfTrace(request.trace),
      'request-id': (answer as EdgeResponse).requestId,
      ...(!request.isControl && { [forwardedHeader]: address ?? 'unknown' }),
    },
    agent: false,
  });
  onward.once('response', (response) => {
    const headers = withoutHops(response.headers);
    answer.writeHead(response.statusCode ?? 502, { ...headers, connection: 'close' });
    response.pipe(answer);
    response.once('error', () => answer.destroy());
    // Until then the other process looks whether anything is taken.
    response.once('end', () => {
      endIfStalled(raw.socket, stalledMs);
    });
  });
  onward.once('error', () => {
    if (answer.headersSent) answer.destroy();
    else refuse(answer, raw.method === 'HEAD');
  });
  answer.once('close', () => {
    if (!answer.writableFinished) onward.destroy();
  });
  if (file)
    createReadStream(file.path)
      .once('error', (error) => onward.destroy(error))
      .pipe(onward);
  else if (body) onward.end(body);
  else raw.pipe(onward);
}

/** Where the other process can't be reached: its position is not known here. */
function refuse(answer: FastifyReply['raw'], isHead: boolean): void {
  const { status, headers, body } = problemAnswer(
    new Refusal('maintenance', 'the version that has taken over can not be reached: try again in a second', {
      phase: 'hand-over',
    }),
  );
  const length = String(Buffer.byteLength(body));
  answer.writeHead(status, { ...headers, position: '0', 'content-length': length, connection: 'close' });
  answer.end(isHead ? '' : body);
}

/** A stream would hold on to this process for ever: its client comes back with its last event id, to the other. */
function endStream(answer: FastifyReply['raw']): void {
  answer.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
  });
  answer.end('retry: 100\n\n');
}

function isStream({ method, template, headers }: FastifyRequest): boolean {
  return method === 'GET' && template === '/events' && prefers('text/event-stream', headers.accept);
}

function onwardHeaders(
  headers: IncomingHttpHeaders,
  bytes: number | undefined,
): Record<string, string | string[]> {
  const onward = withoutHops(headers);
  if (bytes !== undefined) {
    delete onward['transfer-encoding'];
    onward['content-length'] = String(bytes);
  }
  return onward;
}

function withoutForm(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { 'content-digest': _content, 'repr-digest': _representation, ...others } = headers;
  return { ...others, 'content-type': 'application/octet-stream' };
}

function withoutHops(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !hopByHop.has(name)) kept[name] = value;
  }
  return kept;
}
