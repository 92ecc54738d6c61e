/** The server under torture: a process of its own on one data directory, that is killed and started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const adminToken = 'torture-token-torture-token-torture-token';

const command = (dist: string): string => join(dist, 'cli/main.js');
const logKept = 20_000;

export class Victim {
  /** 0 while it doesn't listen. */
  port = 0;
  peakMib = 0;
  private child: ChildProcess | undefined;
  private log = '';

  constructor(
    private readonly dist: string,
    readonly directory: string,
    private readonly env: Readonly<Record<string, string>>,
    /** It has ended, and nobody had asked for that. */
    private readonly onDeath: (how: string) => void,
  ) {}

  /** @throws Error when it ends before it listens */
  async start(): Promise<void> {
    const child = spawn(
      process.execPath,
      [command(this.dist), 'serve', '--data', this.directory, '--port', '0'],
      {
        env: { ...process.env, PALIMPSEST_ADMIN_TOKEN: adminToken, ...this.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.child = child;
    child.stderr.on('data', (chunk: Buffer) => {
      this.log = (this.log + String(chunk)).slice(-logKept);
    });
    child.once('exit', (code, signal) => {
      if (this.child !== child) return;
      this.port = 0;
      this.child = undefined;
      this.onDeath(`code ${String(code)}, signal ${String(signal)}; it wrote\n${this.log}`);
    });
    for await (const line of createInterface(child.stdout)) {
      const port = /^listening on http:\/\/\S+:(\d+)/.exec(line)?.[1];
      if (port === undefined) continue;
      this.port = Number(port);
      child.stdout.resume();
      return;
    }
    throw new Error(`the server ended before it listened; it wrote\n${this.log}`);
  }

  get isAlive(): boolean {
    return this.child !== undefined;
  }

  /** Answers the exit code, null of one that was ended by the signal. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.child;
    this.child = undefined;
    this.port = 0;
    if (!child) return null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }

  /** Notes how much memory it has had at most since it was started (its resident set, where the system tells). */
  lookAtMemory(): void {
    try {
      const status = readFileSync(`/proc/${this.child?.pid ?? 0}/status`, 'utf8');
      const peakKib = Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0);
      this.peakMib = Math.max(this.peakMib, Math.round(peakKib / 1024));
    } catch {
      // There is no such process just now, or no /proc.
    }
  }

  /** What `palimpsest verify` says, while no server runs; undefined when everything is whole. */
  async faultsOfVerify(): Promise<string | undefined> {
    const child = spawn(process.execPath, [command(this.dist), 'verify', '--data', this.directory]);
    let said = '';
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (chunk: Buffer) => {
        said += String(chunk);
      });
    }
    const [code] = (await once(child, 'close')) as [number | null];
    return code === 0 ? undefined : `verify ended with ${String(code)}:\n${said.slice(0, 4000)}`;
  }
}
