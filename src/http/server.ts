import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Writer } from '../commands/change-set.js';
import { ReadModel } from '../queries/read-model.js';
import { AppModule } from './app.module.js';
import { authenticateRequests } from './edge/authenticate-requests.js';
import { Authentication } from './edge/authentication.js';
import { Callers } from './edge/callers.js';
import { RequestRates } from './edge/request-rates.js';
import { answerAnybody, sentToAnybody } from './edge/answer-anybody.js';
import { Committed } from './edge/committed.js';
import { addControlRoutes } from './edge/control-routes.js';
import { Connections, endWhatIsStill } from './edge/connections.js';
import { edgeResponse } from './edge/edge-response.js';
import { Issuers } from './edge/issuers.js';
import { HeldMemory } from './edge/holding.js';
import { answerInOrder } from './edge/in-order.js';
import { limitMemory } from './edge/limit-memory.js';
import { closeSocket, listenOn, listenOnSocket, urlOf, type Listening } from './edge/listening.js';
import type { Issuer } from '../identity/issuer.js';
import type { EdgeSettings } from '../installation/edge-settings.js';
import type { Files } from './assets/uploads.js';
import type { MemoryLimits } from '../installation/memory-limits.js';
import { forward, forwardedHeader } from './hand-over/forward.js';
import type { Gate } from './hand-over/gate.js';
import { holdRequests, type Successor } from './hand-over/hold-requests.js';
import type { DearReads } from './large-reads/dear-reads.js';
import type { Metrics } from './system/metrics.js';
import { addLoginRoute } from './session/add-login-route.js';
import { sessionPage } from './session/session-page.js';
import { Sessions } from './session/sessions.js';
import type { Unfinished } from './session/unfinished.js';
import { Readiness } from './system/readiness.js';
import { SchemaUsage } from './system/schema-usage.js';
import {
  refuseUnreadable,
  refuseUnserved,
  requireReadableHead,
  stoodStill,
} from './edge/unreadable-requests.js';
import { originForm } from './edge/request-target.js';
import { bodyLimitBytes, headLimitBytes } from './edge/body-limit.js';
import { RefusalFilter, Refusals } from './edge/refuse-requests.js';
import { requestLog } from './edge/request-log.js';
import { WatchedRequests } from './edge/watch-requests.js';

export interface ServerOptions {
  /** Null: the control socket alone. */
  readonly listen: Listening | null;
  readonly controlSocket: string;
  /** How long to go on serving after saying "not ready", so that load balancers notice. */
  readonly drainDelayMs: number;
}

/** What stands between the clients and the server while another version takes over. */
export interface TakeOver {
  readonly gate: Gate;
  readonly successor: () => Successor;
}

/** Whom it listens to. */
export interface Heard extends EdgeSettings {
  /** Whose word is taken for who somebody is. */
  readonly issuers: readonly Issuer[];
  /** How long a browser is signed in. */
  readonly sessionSeconds: number;
}

/** How the operator sees what happens. */
export interface Seen {
  readonly log: Logger;
  /** Whether there is a line for each request. */
  readonly logRequests: boolean;
  readonly metrics: Metrics;
}

export interface RunningServer {
  /** Empty without a port. */
  readonly url: string;
  /** Not ready, drain delay, no new connections, what is in flight gets its answer if the client takes it. */
  stop(): Promise<void>;
}

/** A server that is complete but for its sockets. */
export interface BuiltServer {
  /** Where clients come in. */
  readonly listener: Server;
  /** Where the operator comes in. */
  readonly control: Server;
  readonly committed: Committed;
  /** Links and sign-ins that are under way. */
  readonly unfinished: Unfinished;
  listen(options: ServerOptions): Promise<RunningServer>;
  /** Another process may have written meanwhile. */
  forget(): void;
}

/** How long clients that stopped reading may hold up the end. */
const stopLimitMs = 5_000;

/**
 * Builds all of the server that needs no database and no socket, which takes a second: the HTTP API on a port, and with
 * admin rights on the control socket.
 */
export async function buildServer(
  model: ReadModel,
  writer: Writer,
  dear: DearReads,
  { log, logRequests, metrics }: Seen,
  { gate, successor }: TakeOver,
  { memory: limits, files }: { readonly memory: MemoryLimits; readonly files: Files },
  edge: Heard,
): Promise<BuiltServer> {
  const origins = new Set(edge.corsOrigins);
  const rates = new RequestRates(edge, () => performance.now());
  const passOn = (request: FastifyRequest, reply: FastifyReply): void => {
    const address = rates.addressOf(request.raw);
    forward(request, reply, { socketPath: successor().controlSocket, address, stalledMs: limits.stalledMs });
  };
  const isLeaving = (): boolean => gate.state === 'gone' || readiness.draining;
  const refusals = new Refusals(model, log, passOn);
  const refuseOn = (error: Error, socket: Socket): void => {
    refuseUnreadable(error, socket, origins, refusals.position(), watched.tellUnserved);
  };
  const http = {
    requireHostHeader: false,
    maxHeaderSize: headLimitBytes,
    ServerResponse: edgeResponse(origins, edge.caches, isLeaving),
  };
  const watched = new WatchedRequests(
    (raw) => rates.addressOf(raw),
    [metrics.noteRequest, ...(logRequests ? [requestLog(log)] : [])],
  );
  const issuers = await Issuers.of(edge.issuers, (issuer, trouble) => {
    log.warn({ err: trouble, issuer }, 'an issuer could not be asked');
  });
  const page = sessionPage(issuers.ofSignIn);
  const people = { issuers, isWritable: () => gate.isOpen, sessionSeconds: edge.sessionSeconds };
  const adapter = new FastifyAdapter({
    // The router found the URL unreadable: no hook has run.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      watched.begin(request, reply);
      if (sentToAnybody(request, reply, page)) return;
      new Promise((resolve) => {
        resolve(callers.principalOf(request));
      }).then(
        () => {
          refusals.answer(error, request, reply);
        },
        (first: unknown) => {
          refusals.answer(first, request, reply);
        },
      );
    },
    clientErrorHandler: refuseOn,
    bodyLimit: bodyLimitBytes,
    skipMiddie: true,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: ({ url }: { url?: string | undefined }) => originForm(url ?? '/'),
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 8192 },
    // Node's would hold for files, too: bodies that are held in memory have one of their own (`read-body.ts`).
    requestTimeout: 0,
    http,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.around(model, writer, dear, { memory: limits, rates, metrics, people, files, answering: gate }),
    adapter,
    { bodyParser: false, logger: ['error', 'warn'], abortOnError: false },
  );
  const readiness = app.get(Readiness);
  const callers = new Callers(app.get(Authentication), rates);
  const fastify: FastifyInstance = adapter.getInstance();
  const control = createServer(http, (request, response) => {
    fastify.routing(request, response);
  });
  const isControl = ({ raw }: FastifyRequest): boolean =>
    (raw.socket as { server?: unknown }).server === control && raw.headers[forwardedHeader] === undefined;
  const connections = new Connections(fastify.server);
  for (const server of [fastify.server, control]) {
    endWhatIsStill(server);
    refuseUnserved(server, origins, () => refusals.position(), watched.tellUnserved);
  }
  fastify.decorateRequest('isControl', false);
  watched.watch(fastify);
  requireReadableHead(fastify, refusals);
  answerAnybody(fastify, page);
  answerInOrder(fastify);
  holdRequests(fastify, gate, passOn, isControl);
  authenticateRequests(fastify, callers, model, app.get(SchemaUsage), isControl);
  limitMemory(fastify, app.get(HeldMemory), (socket) => {
    refuseOn(stoodStill, socket);
  });
  const forget = (): void => {
    app.get(Authentication).forget();
    model.endTurn();
    model.forget();
  };
  addControlRoutes(fastify, app.get(CommandBus), writer, forget);
  let url = '';
  addLoginRoute(fastify, app.get(Sessions).codes, () => url);
  app.useGlobalFilters(new RefusalFilter(refusals));
  await app.init();
  await fastify.ready();

  const listen = async (options: ServerOptions): Promise<RunningServer> => {
    app.get(Committed).announce(model.position()); // throws where the log can't be read at all
    if (options.listen) metrics.start();
    try {
      await listenOnSocket(control, options.controlSocket);
      if (options.listen) await listenOn(fastify.server, options.listen);
    } catch (error) {
      await app.close();
      await closeSocket(control, options.controlSocket);
      throw error;
    }
    url = options.listen ? urlOf(fastify.server) : '';
    return {
      url,
      stop: async () => {
        readiness.draining = true;
        await new Promise((resolve) => setTimeout(resolve, options.drainDelayMs));
        app.get(Committed).stop();
        files.pictures.close();
        const cut = setTimeout(() => {
          fastify.server.closeAllConnections();
          control.closeAllConnections();
        }, stopLimitMs);
        await connections.endSoon();
        await app.close();
        await closeSocket(control, options.controlSocket);
        clearTimeout(cut);
      },
    };
  };
  return {
    listener: fastify.server,
    control,
    committed: app.get(Committed),
    unfinished: app.get(Sessions).unfinished,
    listen,
    forget,
  };
}
