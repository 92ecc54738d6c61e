import { request, type Agent } from 'node:http';
import { adminSecret } from './server.js';

/** An answer, and what it says of its connection. */
export interface Heard {
  readonly status: number;
  readonly connection: string | undefined;
  readonly keepAlive: string | string[] | undefined;
  /** On the connection of the request before. */
  readonly isReused: boolean;
}

/** Asks for something over the connections of an agent. */
export function getOver(
  agent: Agent,
  { host, port }: { readonly host: string; readonly port: number },
  path = '/tree',
): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${adminSecret}`, accept: 'text/html, */*' };
    const asking = request({ host, port, agent, path, headers }, (response) => {
      response.resume().once('end', () => {
        const { statusCode: status = 0, headers } = response;
        const { connection, 'keep-alive': keepAlive } = headers;
        resolve({ status, connection, keepAlive, isReused: asking.reusedSocket });
      });
    });
    asking.once('error', reject).end();
  });
}
