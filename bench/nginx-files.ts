/** nginx, where it is installed, as a server of the files of a directory, on the server's core. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { wholeConfiguration } from '../test/outside/nginx-configuration.js';
import { openConnection, type Address } from './connection.js';
import { pinnedCommand } from './pinning.js';

export interface Nginx extends Address {
  stop(): Promise<void>;
}

// Debian keeps servers where only root's PATH looks.
const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };

const configurationOf = (port: number, directory: string): string =>
  wholeConfiguration(`
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    server { listen 127.0.0.1:${port}; root ${directory}; }`);

/**
 * @param own a directory that it may write in
 * @returns undefined where it is not installed
 * @throws Error when it ends before it listens; what it says is on our error output
 */
export async function startNginxFiles(directory: string, own: string): Promise<Nginx | undefined> {
  if (spawnSync('nginx', ['-v'], { env }).status !== 0) return undefined;
  const address = { host: '127.0.0.1', port: await freePort() };
  const file = join(own, 'nginx.conf');
  writeFileSync(file, configurationOf(address.port, directory));
  const [program, args] = pinnedCommand('nginx', ['-p', own, '-c', file, '-e', 'stderr']);
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  while (!(await isListening(address))) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    await wait(20);
  }
  return {
    ...address,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function isListening(address: Address): Promise<boolean> {
  const nobody = { answered: () => undefined, closed: () => undefined };
  return openConnection(address, nobody).then(
    (connection) => {
      connection.close();
      return true;
    },
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
