import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** Debian's Chromium: none is downloaded. */
export function startBrowser(): Promise<Browser> {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((place) => join(place, 'chromium'));
  const executablePath = places.find((place) => existsSync(place));
  if (executablePath === undefined) throw new Error('chromium is missing');
  return chromium.launch({
    executablePath,
    // Its sandbox wants a user of its own.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A server of nothing but an empty page: scripts that run in it are of its origin. */
export interface Origin {
  readonly url: string;
  readonly stop: () => void;
}

export async function startOrigin(): Promise<Origin> {
  const server = createServer((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>x</title>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
