import { Option, type Command } from 'commander';
import type { ServeOptions } from '../server/run-server.js';
import { networksOf, originsOf, type EdgeSettings } from '../installation/edge-settings.js';
import { exitCodes } from '../installation/operator-error.js';
import type { Settings } from '../installation/settings.js';

export function addServe(cli: Command, settings: Settings): void {
  cli
    .command('serve')
    .description('serve the HTTP API from the data directory, which is created if it is empty')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 picks one', '3000')
    .option(
      '--cors-origin <origin>',
      'an origin whose scripts may read what is answered; repeatable (PALIMPSEST_CORS_ORIGINS)',
      also,
    )
    .option(
      '--trust-proxy <network>',
      'proxies that are believed whom they speak for; repeatable (PALIMPSEST_TRUST_PROXY)',
      also,
    )
    .addOption(new Option('--listen-fd <number>', 'a bound socket that is inherited').hideHelp())
    .addOption(new Option('--supervised').hideHelp())
    .action(async (_options, command: Command) => {
      const { corsOrigin, trustProxy, ...options } = command.optsWithGlobals<Options>();
      const edge = edgeWith(settings.edge, { corsOrigin, trustProxy });
      // The server takes a second to load, which other verbs need not wait for.
      const { runServer } = await import('../server/run-server.js');
      await runServer(options, { ...settings, edge });
    });
}

interface Lists {
  readonly corsOrigin?: readonly string[] | undefined;
  readonly trustProxy?: readonly string[] | undefined;
}

type Options = ServeOptions & Lists;

function also(item: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), item];
}

/** What was said takes the place of what is in the environment. @throws OperatorError 64 */
function edgeWith(edge: EdgeSettings, { corsOrigin, trustProxy }: Lists): EdgeSettings {
  const { usage } = exitCodes;
  return {
    ...edge,
    ...(corsOrigin && { corsOrigins: originsOf(corsOrigin, '--cors-origin', usage) }),
    ...(trustProxy && { trustedProxies: networksOf(trustProxy, '--trust-proxy', usage) }),
  };
}
