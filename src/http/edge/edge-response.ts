import { ServerResponse, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { defaultEdge, type CacheSettings } from '../../installation/edge-settings.js';
import { forCaches } from './cache-headers.js';
import { completed, requestIdOf } from './edge-head.js';
import { sessionIn } from './session-cookie.js';

/** The newest request of each connection: the one whose body may still be on its way. */
const newest = new WeakMap<Socket, EdgeResponse>();

/** The answer to the request that is arriving on a connection. */
export function answerOn(socket: Socket): EdgeResponse | undefined {
  const answer = newest.get(socket);
  return answer && !answer.req.complete ? answer : undefined;
}

/**
 * Node's answer to a request, with the headers that every answer has, whoever writes it: there is one of it for each request
 * whose head could be read. It begins here, its head passes `writeHead`, and `whenClosed` tells its end.
 */
export abstract class EdgeResponse extends ServerResponse {
  protected abstract readonly origins: ReadonlySet<string>;
  protected abstract readonly caches: CacheSettings;
  /** No further request is wanted on any connection: each answer says so. */
  protected abstract readonly isLast: boolean;
  readonly requestId: string;
  /** The status of what went out in its place, where the request could not be read to its end. */
  refusedAs: number | undefined;

  constructor(request: IncomingMessage, options?: object) {
    // Node gives it more than its types say.
    super(...([request, options] as unknown as [IncomingMessage]));
    this.requestId = requestIdOf(request.headers['request-id']);
    newest.set(request.socket, this);
  }

  /** `given`: what Node takes, a message aside; names are in lower case. */
  override writeHead(status: number, ...given: readonly unknown[]): this {
    const head = pairsOf(given.at(-1) as Head);
    if (this.isLast) this.shouldKeepAlive = false;
    return super.writeHead(status, this.complete(head));
  }

  private complete(head: readonly string[]): string[] {
    const { origins, caches, requestId } = this;
    const { headers } = this.req;
    const isForCookie = headers.authorization === undefined && sessionIn(headers) !== undefined;
    return completed(forCaches(head, caches), { origins, origin: headers.origin, requestId, isForCookie });
  }
}

type Head = OutgoingHttpHeaders | readonly string[] | undefined;

function pairsOf(head: Head): readonly string[] {
  if (head === undefined) return [];
  if (isPairs(head)) return head;
  return Object.entries(head).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((one) => [name, String(one)]),
  );
}

function isPairs(head: NonNullable<Head>): head is readonly string[] {
  return Array.isArray(head);
}

/**
 * The class of answers of a server that lets scripts of these origins read them, and tells caches as these settings say.
 * @param isLeaving whether clients are to go elsewhere with their next request
 */
export function edgeResponse(
  origins: ReadonlySet<string>,
  caches: CacheSettings = defaultEdge.caches,
  isLeaving: () => boolean = () => false,
): typeof ServerResponse {
  class Response extends EdgeResponse {
    protected override get origins(): ReadonlySet<string> {
      return origins;
    }
    protected override get caches(): CacheSettings {
      return caches;
    }
    protected override get isLast(): boolean {
      return isLeaving();
    }
  }
  return Response as typeof ServerResponse; // Node makes them, and gives what the constructor takes
}
