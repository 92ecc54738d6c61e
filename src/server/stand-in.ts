import { readHead } from '../log/log.js';
import type { Listening } from '../http/edge/listening.js';
import { startUnreadyServer } from '../http/edge/unready-server.js';
import type { Refusal } from '../refusal.js';
import type { Charge } from './charge.js';
import type { DataDirectory } from '../installation/data-directory.js';
import { shutdownAsked } from './serve-to-the-end.js';
import type { Settings } from '../installation/settings.js';
import { tellSupervisor } from './successors.js';
import { isSupervised } from './supervised.js';
import { notifySystemd } from './systemd.js';
import { printable } from '../printable.js';

/** Says that this program can't read the log, for as long as it would have served. */
export async function standIn(
  directory: DataDirectory,
  charge: Charge,
  refusal: Refusal,
  listen: Listening,
  settings: Settings,
): Promise<void> {
  // Heard from here on: whoever reads "listening on" may ask for the end at once.
  const stopped = shutdownAsked();
  try {
    const options = { listen, controlSocket: directory.controlSocket(process.pid) };
    const origins = new Set(settings.edge.corsOrigins);
    const server = await startUnreadyServer(options, refusal, origins, readHead(charge.db).position);
    process.stderr.write(`palimpsest: not ready: ${printable(refusal.message)}\n`);
    tellSupervisor({ kind: 'live' });
    notifySystemd(settings, ['--ready', `MAINPID=${process.pid}`]);
    process.stdout.write(`listening on ${server.url}\n`);
    await stopped;
    await server.stop();
  } finally {
    charge.release();
    // The channel would keep this process alive.
    if (isSupervised()) process.disconnect();
  }
}
