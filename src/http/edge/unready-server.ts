import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { Refusal } from '../../refusal.js';
import { answerToAnybody } from './answer-anybody.js';
import { edgeResponse } from './edge-response.js';
import { closeSocket, listenOn, listenOnSocket, urlOf } from './listening.js';
import { sessionPage } from '../session/session-page.js';
import { originForm } from './request-target.js';
import { problemAnswer, type Answer } from './problem.js';
import { jsonAnswer } from './send.js';
import type { RunningServer, ServerOptions } from '../server.js';

type UnreadyOptions = Pick<ServerOptions, 'controlSocket'> & {
  readonly listen: NonNullable<ServerOptions['listen']>;
};

/**
 * Stands in for a server that can't read its log: alive, not ready, and everything else is refused, whoever asks. A
 * load balancer sends its requests elsewhere, and the command line hears the reason through the control socket.
 * @param position where the log stands
 */
export async function startUnreadyServer(
  { listen, controlSocket }: UnreadyOptions,
  refusal: Refusal,
  origins: ReadonlySet<string>,
  position: number,
): Promise<RunningServer> {
  const servers = [0, 1].map(() =>
    createServer({ ServerResponse: edgeResponse(origins) }, (request, response) => {
      const { status, headers, body } =
        answerToAnybody(request, sessionPage([])) ?? answerTo(request, refusal);
      response.writeHead(status, { ...headers, position: String(position) }).end(body);
    }),
  ) as [ReturnType<typeof createServer>, ReturnType<typeof createServer>];
  const [open, control] = servers;
  await listenOnSocket(control, controlSocket);
  try {
    await listenOn(open, listen);
  } catch (error) {
    await closeSocket(control, controlSocket);
    throw error;
  }
  return {
    url: urlOf(open),
    stop: async () => {
      for (const server of servers) server.closeAllConnections();
      const closed = once(open, 'close');
      open.close();
      await Promise.all([closed, closeSocket(control, controlSocket)]);
    },
  };
}

function answerTo({ method, url: target = '/' }: IncomingMessage, refusal: Refusal): Answer {
  const url = originForm(target);
  const isRead = method === 'GET' || method === 'HEAD';
  if (isRead && url === '/healthz') return jsonAnswer({ status: 'alive' });
  if (isRead && url === '/readyz') return jsonAnswer({ status: refusal.code }, 503);
  return problemAnswer(refusal);
}
