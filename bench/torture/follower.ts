/** An honest client that follows the events of a page, goes on where it was cut off, and misses none. */
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Surroundings } from './editor.js';

const againMs = 100;

export class Follower {
  /** The last one that arrived, by its position. */
  private last = 0;
  /** How many events of that page have arrived: their versions count up. */
  streamVersion = 0;

  constructor(
    private readonly around: Surroundings,
    private readonly token: string,
    private readonly page: () => string | undefined,
  ) {}

  get followed(): string | undefined {
    return this.page();
  }

  async live(): Promise<void> {
    const { ending, port } = this.around;
    while (!ending.aborted) {
      const page = this.page();
      if (page !== undefined && port() !== 0) await this.follow(port(), page).catch(() => undefined); // cut off
      await wait(againMs);
    }
  }

  private async follow(port: number, page: string): Promise<void> {
    const headers = {
      accept: 'text/event-stream',
      authorization: `Bearer ${this.token}`,
      ...(this.last > 0 && { 'last-event-id': String(this.last) }),
    };
    const options = { host: '127.0.0.1', port, path: `/events?page=${page}`, headers, agent: false };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ ...options, signal: this.around.ending }, resolve).on('error', reject);
    });
    answer.setEncoding('utf8');
    let rest = '';
    for await (const chunk of answer as AsyncIterable<string>) {
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) this.take(frame);
    }
  }

  private take(frame: string): void {
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    if (data === undefined) return;
    const { position, streamVersion } = JSON.parse(data) as { position: number; streamVersion: number };
    const { findings } = this.around;
    findings.count('streamed events');
    if (position <= this.last || streamVersion !== this.streamVersion + 1)
      findings.violation(
        `a stream of ${this.page() ?? ''} went from ${this.last} (version ${this.streamVersion}) to ${position} (${streamVersion})`,
      );
    this.last = position;
    this.streamVersion = streamVersion;
  }
}
