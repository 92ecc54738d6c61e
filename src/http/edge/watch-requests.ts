import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EdgeResponse } from './edge-response.js';
import { header } from './headers.js';
import { beginTrace } from './tracing.js';
import { whenClosed } from './when-closed.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The log position that the answer reflects, once it is sent. */
    position: number | undefined;
    /** The template of its path, as `/pages/:id`; empty where there is none. Fastify makes `routeOptions` anew whenever it is asked for it. */
    template: string;
    /** The answer is a stream, which is open as long as its client likes. */
    isStream: boolean;
    /** Why a person's token was refused. */
    fault: Fault | undefined;
  }
}

/** What may be logged of a refused token, or sign-in. */
interface Fault {
  readonly fault: string;
  readonly issuer?: string;
  readonly claim?: string;
  readonly error?: string;
}

/** What is known of a request when its answer is out: nothing of it is content, or secret. */
export interface AnsweredRequest {
  /** Empty where it could not be read. */
  readonly method: string;
  /** Its template, as `/pages/:id`; empty where there is none. */
  readonly route: string;
  /** 499 where the client was gone before there was an answer. */
  readonly status: number;
  /** From its head to the end of its answer. */
  readonly ms: number;
  /** Of the answer on its connection, its head included; answers that leave together count for the first of them. */
  readonly bytes: number;
  /** The id of the token, `operator` on the control socket, `anybody` where no token is needed; nothing: refused. */
  readonly who: string | undefined;
  /** The token of the visitor who was asked for. */
  readonly visitor: string | undefined;
  readonly position: number | undefined;
  /** Nothing on the control socket. */
  readonly address: string | undefined;
  readonly requestId: string;
  /** Of W3C's Trace Context, where the client has sent one. */
  readonly traceparent: string | undefined;
  readonly isStream: boolean;
  /** Why a person was not let in. */
  readonly fault?: Fault | undefined;
}

/** A request that no hook of ours has seen, and how it was answered. Its method is empty where that could not be read. */
export interface Unserved {
  readonly method: string;
  readonly request: Pick<IncomingMessage, 'socket' | 'headers'>;
  readonly status: number;
  readonly requestId: string;
  /** Undefined: what was written ends its connection. */
  readonly answer?: ServerResponse;
}

export type Watcher = (request: AnsweredRequest) => void;

/** How nginx calls it: most operators have met it. */
const clientGone = 499;

/** Tells of every request, when its answer is out or its connection is gone. */
export class WatchedRequests {
  /** Bytes of each connection that belong to answers before. */
  private readonly counted = new WeakMap<Socket, number>();

  constructor(
    private readonly addressOf: (request: Unserved['request']) => string | undefined,
    private readonly watchers: readonly Watcher[],
  ) {}

  /** Comes before all other hooks. */
  watch(fastify: FastifyInstance): void {
    fastify.decorateRequest('position', undefined);
    fastify.decorateRequest('template', '');
    fastify.decorateRequest('isStream', false);
    fastify.decorateRequest('fault', undefined);
    fastify.decorateRequest('trace', undefined);
    fastify.addHook('onRequest', (request, reply, done) => {
      this.begin(request, reply);
      done();
    });
  }

  begin(request: FastifyRequest, reply: FastifyReply): void {
    const startedMs = performance.now();
    const { raw } = request;
    const { socket } = raw;
    const address = this.addressOf(raw); // a connection that is gone has none
    const { url: route = '' } = request.routeOptions;
    request.template = route;
    const endTrace = beginTrace(request, route, address);
    whenClosed(reply.raw, socket, () => {
      const principal = request.principal as typeof request.principal | undefined;
      const { headersSent, statusCode, refusedAs, requestId } = reply.raw as EdgeResponse;
      const status = headersSent ? statusCode : refusedAs;
      const answered: AnsweredRequest = {
        method: request.method,
        route,
        status: status ?? clientGone,
        ms: performance.now() - startedMs,
        bytes: this.bytesSince(socket),
        who: principal?.token,
        visitor: principal?.visitor,
        position: request.position,
        address,
        requestId,
        traceparent: traceparentOf(raw),
        isStream: request.isStream,
        fault: request.fault,
      };
      endTrace?.({ ...answered, isGone: status === undefined });
      this.tell(answered);
    });
  }

  /** Tells of a request that `begin` knows nothing of, when its answer is out. */
  readonly tellUnserved = ({ method, request, status, requestId, answer }: Unserved): void => {
    const { socket } = request;
    const address = this.addressOf(request);
    const startedMs = performance.now();
    (answer ?? socket).once('close', () => {
      this.tell({
        method,
        route: '',
        status,
        ms: performance.now() - startedMs,
        bytes: this.bytesSince(socket),
        who: undefined,
        visitor: undefined,
        position: undefined,
        address,
        requestId,
        traceparent: traceparentOf(request),
        isStream: false,
      });
    });
  };

  private tell(answered: AnsweredRequest): void {
    for (const watcher of this.watchers) watcher(answered);
  }

  /** What was written to the connection since this was asked last. */
  private bytesSince(socket: Socket): number {
    const { bytesWritten } = socket;
    const bytes = bytesWritten - (this.counted.get(socket) ?? 0);
    this.counted.set(socket, bytesWritten);
    return bytes;
  }
}

function traceparentOf({ headers }: Unserved['request']): string | undefined {
  const said = header(headers, 'traceparent');
  return said !== undefined && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(said)
    ? said
    : undefined;
}
