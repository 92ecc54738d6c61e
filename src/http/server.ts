import { createServer } from 'node:http';
import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Writer } from '../commands/change-set.js';
import { ReadModel } from '../queries/read-model.js';
import { AppModule } from './app.module.js';
import { authenticateRequests, unauthenticated } from './authenticate-requests.js';
import { Authentication } from './authentication.js';
import { Committed } from './committed.js';
import { addControlRoutes } from './control-routes.js';
import { closeSocket, listenOnSocket, urlOf } from './listening.js';
import { Readiness } from './readiness.js';
import { SchemaUsage } from './schema-usage.js';
import { bodyLimitBytes, RefusalFilter, Refusals } from './refuse-requests.js';

export interface ServerOptions {
  /** Port 0 picks one. Null: the control socket alone. */
  readonly listen: { readonly host: string; readonly port: number } | null;
  readonly controlSocket: string;
  /** How long to go on serving after saying "not ready", so that load balancers notice. */
  readonly drainDelayMs: number;
}

export interface RunningServer {
  /** Empty without a port. */
  readonly url: string;
  /** Not ready, drain delay, no new connections, what is in flight gets its answer if the client takes it. */
  stop(): Promise<void>;
}

/** How long clients that stopped reading may hold up the end. */
const stopLimitMs = 5_000;

/** Serves the HTTP API on a port, and with admin rights on the control socket. */
export async function startServer(
  options: ServerOptions,
  model: ReadModel,
  writer: Writer,
  log: Logger,
): Promise<RunningServer> {
  const refusals = new Refusals(model, log);
  const adapter = new FastifyAdapter({
    // The router found the URL unreadable: no hook has run.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const principal = app.get(Authentication).authenticate(request.headers.authorization, Date.now());
      refusals.answer(principal ? error : unauthenticated(), request, reply);
    },
    bodyLimit: bodyLimitBytes,
    skipMiddie: true,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 8192 },
    requestTimeout: 120_000,
  });
  const nestOptions = {
    bodyParser: false,
    logger: ['error', 'warn'],
    abortOnError: false,
  } satisfies NestApplicationOptions;
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.around(model, writer),
    adapter,
    nestOptions,
  );
  const fastify: FastifyInstance = adapter.getInstance();
  const control = createServer((request, response) => {
    fastify.routing(request, response);
  });
  // Bodies stay bytes: what a client sent is what is stored.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  authenticateRequests(
    fastify,
    app.get(Authentication),
    model,
    app.get(SchemaUsage),
    ({ raw }) => (raw.socket as { server?: unknown }).server === control,
  );
  addControlRoutes(fastify, app.get(CommandBus), writer);
  app.useGlobalFilters(new RefusalFilter(refusals));
  await app.init();
  await fastify.ready();
  app.get(Committed).announce(model.position());

  try {
    await listenOnSocket(control, options.controlSocket);
    if (options.listen) await app.listen(options.listen);
  } catch (error) {
    await app.close();
    await closeSocket(control, options.controlSocket);
    throw error;
  }
  return {
    url: options.listen ? urlOf(fastify.server) : '',
    stop: async () => {
      app.get(Readiness).draining = true;
      await new Promise((resolve) => setTimeout(resolve, options.drainDelayMs));
      app.get(Committed).stop();
      const cut = setTimeout(() => {
        fastify.server.closeAllConnections();
        control.closeAllConnections();
      }, stopLimitMs);
      await app.close();
      await closeSocket(control, options.controlSocket);
      clearTimeout(cut);
    },
  };
}
