import { spawn, type ChildProcess } from 'node:child_process';
import type { Command } from 'commander';
import { exitCodes } from '../installation/operator-error.js';
import type { CommonOptions } from '../installation/output.js';
import { programFileWith } from '../installation/program.js';
import { environmentWith } from '../installation/settings.js';
import { onAskedToLeave } from '../installation/leaving.js';
import type { FromSupervisor, ToSupervisor } from '../server/successors.js';
import { supervisedFlag } from '../server/supervised.js';
import { bind } from '../upgrade/bind.js';
import type { ProgramFile } from '../installation/program.js';
import { printable } from '../printable.js';

interface RunOptions extends CommonOptions {
  readonly host: string;
  readonly port: string;
}

/** A server that lived shorter than this is started again a little later each time. */
const quickDeathMs = 5_000;
const longestPauseMs = 10_000;

export function addRun(cli: Command): void {
  cli
    .command('run')
    .description('hold the port and look after the server: for containers, and for terminals')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 picks one', '3000')
    .action((_options, command: Command) => supervise(command.optsWithGlobals()));
}

/**
 * Binds the socket, starts a server on it, starts it again when it dies, and starts new versions when the running one
 * asks for it. The server that said last that it is live is the one that counts.
 */
async function supervise({ data, migrations, host, port }: RunOptions): Promise<void> {
  const handle = bind(host, port);
  const children = new Set<ChildProcess>();
  let current: ChildProcess | undefined;
  let program: ProgramFile = programFileWith(migrations);
  let isEnding = false;
  let hasServed = false;
  let pauseMs = 0;

  const start = (file: ProgramFile, args: readonly string[]): ChildProcess => {
    const startedMs = performance.now();
    const child = spawn(
      file.execPath,
      [file.main, ...file.options, ...args, '--listen-fd', '3', supervisedFlag],
      {
        stdio: ['inherit', 'inherit', 'inherit', handle.fd, 'ipc'],
        env: environmentWith(),
      },
    );
    children.add(child);
    child.on('error', ({ message }) =>
      process.stderr.write(`palimpsest: ${printable(`${file.main}: ${message}`)}\n`),
    );
    child.on('message', (message: ToSupervisor) => {
      switch (message.kind) {
        case 'start': {
          const successor = start(message.program, message.args);
          tell(child, { kind: 'started', pid: successor.pid ?? 0 });
          onEnd(successor, (code) => {
            tell(child, { kind: 'ended', pid: successor.pid ?? 0, exitCode: code });
          });
          return;
        }
        case 'live':
          current = child;
          program = file;
          hasServed = true;
      }
    });
    onEnd(child, (code) => {
      children.delete(child);
      if (child !== current && current !== undefined) return;
      current = undefined;
      if (isEnding || children.size > 0) return;
      if (code !== null && isForGood(code, hasServed)) {
        end(code);
        return;
      }
      pauseMs =
        performance.now() - startedMs < quickDeathMs ? Math.min(longestPauseMs, pauseMs * 2 + 100) : 0;
      setTimeout(() => {
        if (!isEnding && children.size === 0) start(program, ['serve', '--data', data]);
      }, pauseMs);
    });
    return child;
  };

  let end: (exitCode: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  onAskedToLeave(() => {
    isEnding = true;
    for (const child of children) child.kill('SIGTERM');
    if (children.size === 0) end(0);
    for (const child of children) {
      onEnd(child, (code) => {
        if (children.size === 0) end(code ?? 0);
      });
    }
  });
  start(program, ['serve', '--data', data]);
  process.exitCode = await ended;
  handle.close();
}

/** When it has ended, or could not even be started. */
function onEnd(child: ChildProcess, heard: (exitCode: number | null) => void): void {
  child.once('exit', heard);
  child.on('error', () => {
    if (child.pid === undefined) heard(null);
  });
}

/** Whether to start again what has ended with that code would only repeat it: what never served was refused. */
function isForGood(code: number, hasServed: boolean): boolean {
  if (code === exitCodes.usage || code === exitCodes.wrongVersion) return true;
  return !hasServed && code !== exitCodes.bug && Object.values<number>(exitCodes).includes(code);
}

function tell(child: ChildProcess, message: FromSupervisor): void {
  if (child.connected) child.send(message);
}
