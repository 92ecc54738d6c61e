/**
 * The physical limit of files: a bare node:http server that streams those of one directory, of which nobody has to be let in.
 *
 * Usage: node bare-files.js DIRECTORY; `GET /NAME` is the file.
 */
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';

const [directory = '.'] = process.argv.slice(2);
const sizes = new Map(readdirSync(directory).map((name) => [name, statSync(join(directory, name)).size]));

const server = createServer((request, response) => {
  const name = (request.url ?? '').slice(1);
  const length = sizes.get(name);
  if (length === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': length });
  pipeline(createReadStream(join(directory, name)), response, () => undefined);
});

process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
