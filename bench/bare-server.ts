/**
 * The physical limit: a bare node:http server on the same SQLite, without rules, tokens, schemas or history.
 *
 * `GET /pages/{id}` is one point read, sent as the stored text. `PUT /pages/{id}/content` is durable: the saves
 * that arrived in one turn of the event loop share one commit with `synchronous=FULL`, and are answered after it.
 *
 * Usage: node bare-server.js DIRECTORY PAGES; fills an empty directory with that many pages first.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openBareDatabase } from './bare-database.js';

interface Save {
  readonly id: string;
  readonly content: string;
  readonly response: ServerResponse;
}

const [directory = '.', pages = '0'] = process.argv.slice(2);
const { findContent, commit, close } = openBareDatabase(directory, Number(pages));

let waiting: Save[] = [];

function commitWaiting(): void {
  const saves = waiting;
  waiting = [];
  commit(saves);
  for (const save of saves) answer(save.response, 200, '{}');
}

function save(id: string, request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (waiting.length === 0) setImmediate(commitWaiting);
    waiting.push({ id, content: Buffer.concat(chunks).toString(), response });
  });
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

const idStart = '/pages/'.length;
const idLength = 36;

const server = createServer((request, response) => {
  const id = (request.url ?? '').slice(idStart, idStart + idLength);
  if (request.method === 'PUT') {
    save(id, request, response);
    return;
  }
  const content = findContent.get(id);
  if (content === undefined) answer(response, 404, '{}');
  else answer(response, 200, content);
});

process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close(close);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
