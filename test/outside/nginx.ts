import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wholeConfiguration } from './nginx-configuration.js';
import { startProxy, type Proxy } from './proxy.js';

/** The prefix `/cms/` as README.md says to take it off, with gzip and kept connections as operators switch them on. */
function configurationOf(port: number, behind: number): string {
  return `
      gzip on;
      gzip_min_length 1;
      gzip_types application/json;
      client_max_body_size 10m;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      upstream server { server 127.0.0.1:${behind}; keepalive 8; }
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://server; }
        location /cms/ { proxy_pass http://server/; }
      }`;
}

/** `deploy/nginx.conf` as it is, but for its ports and where it keeps things. */
export function deployedConfiguration(port: number, behind: number): string {
  return readFileSync('deploy/nginx.conf', 'utf8')
    .replace('127.0.0.1:3000', `127.0.0.1:${behind}`)
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('/var/cache/nginx/palimpsest', 'cache');
}

/** Starts one in front of the server that listens on port `behind`, and waits until it listens. */
export async function startNginx(behind: number, configuration = configurationOf): Promise<Proxy> {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-nginx-'));
  const port = await freePort();
  writeFileSync(join(directory, 'nginx.conf'), wholeConfiguration(configuration(port, behind)));
  return startProxy('nginx', ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', 'stderr'], {
    directory,
    port,
  });
}

/** nginx can't be told to choose one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
