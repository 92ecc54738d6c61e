import { once } from 'node:events';
import { createServer } from 'node:net';
import { OperatorError, exitCodes } from '../installation/operator-error.js';

/**
 * Makes sure that a port can be listened on, before there is anything that would have to be taken back.
 * @throws OperatorError 69, 77
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    await once(probe.listen({ host, port }), 'listening');
  } catch (cause) {
    throw explain(host, port, cause as NodeJS.ErrnoException);
  }
  await once(probe.close(), 'close');
}

function explain(host: string, port: number, cause: NodeJS.ErrnoException): OperatorError {
  const told: Partial<Record<string, [exitCode: number, message: string]>> = {
    EADDRINUSE: [exitCodes.unavailable, `port ${port} of ${host} is in use: choose another --port`],
    EACCES: [exitCodes.notPermitted, `port ${port} needs rights that you don't have: choose another --port`],
  };
  const [exitCode, message] = told[cause.code ?? ''] ?? [
    exitCodes.unavailable,
    `can't listen on ${host}: ${cause.message}; choose another --host`,
  ];
  return new OperatorError(exitCode, message, { cause });
}
