import { Option, type Command } from 'commander';
import type { ServeOptions } from '../server/run-server.js';
import type { Settings } from '../installation/settings.js';

export function addServe(cli: Command, settings: Settings): void {
  cli
    .command('serve')
    .description('serve the HTTP API from the data directory, which is created if it is empty')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 picks one', '3000')
    .addOption(new Option('--listen-fd <number>', 'a bound socket that is inherited').hideHelp())
    .addOption(new Option('--supervised').hideHelp())
    .action(async (_options, command: Command) => {
      // The server takes a second to load, which other verbs need not wait for.
      const { runServer } = await import('../server/run-server.js');
      await runServer(command.optsWithGlobals<ServeOptions>(), settings);
    });
}
