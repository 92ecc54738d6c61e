import { spawn } from 'node:child_process';
import type { Settings } from '../installation/settings.js';

/**
 * Tells systemd what it should know (sd_notify(3)), through its own program: Node has no datagrams over UNIX sockets.
 * Without systemd, nothing happens.
 */
export function notifySystemd(
  { notifySocket }: Pick<Settings, 'notifySocket'>,
  state: readonly string[],
): void {
  if (notifySocket === undefined) return;
  const child = spawn('systemd-notify', state, { stdio: 'ignore' });
  // Without its program systemd would wait for ever, and its own log says so.
  child.on('error', () => undefined);
  child.unref();
}
