/** What a benchmark needs around it: directories of its own, servers that end with it, and this process pinned. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinGenerator } from './pinning.js';

interface Stoppable {
  stop(): Promise<void>;
}

export interface Stage {
  /** A new empty directory, removed at the end. */
  directory(): Promise<string>;
  /** Has the server, where there is one, stopped at the end. */
  keep<Kept extends Stoppable | undefined>(starting: Promise<Kept>): Promise<Kept>;
}

export async function onStage<Result>(play: (stage: Stage) => Promise<Result>): Promise<Result> {
  pinGenerator();
  const directories: string[] = [];
  const servers: Stoppable[] = [];
  try {
    return await play({
      async directory() {
        const directory = await mkdtemp(join(tmpdir(), 'palimpsest-bench-'));
        directories.push(directory);
        return directory;
      },
      async keep(starting) {
        const server = await starting;
        if (server) servers.push(server);
        return server;
      },
    });
  } finally {
    for (const server of servers) await server.stop();
    for (const directory of directories) await rm(directory, { recursive: true, force: true });
  }
}
