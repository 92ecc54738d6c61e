import { Option, type Command } from 'commander';
import type { ServeOptions } from '../server/run-server.js';
import { networksOf, originsOf, type EdgeSettings } from '../installation/edge-settings.js';
import { issuersOf, settingOfIssuer } from '../installation/issuer-settings.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
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
    .option(
      '--oidc-issuer <url>',
      'an OpenID Connect issuer of tokens of people (several, and more about each: PALIMPSEST_ISSUERS)',
    )
    .option('--oidc-audience <audience>', 'what its tokens for this server have as "aud"; repeatable', also)
    .addOption(new Option('--listen-fd <number>', 'a bound socket that is inherited').hideHelp())
    .addOption(new Option('--supervised').hideHelp())
    .action(async (_options, command: Command) => {
      const { corsOrigin, trustProxy, oidcIssuer, oidcAudience, ...options } =
        command.optsWithGlobals<Options>();
      const edge = edgeWith(settings.edge, { corsOrigin, trustProxy });
      const issuers = issuerSaid(oidcIssuer, oidcAudience) ?? settings.issuers;
      // The server takes a second to load, which other verbs need not wait for.
      const { runServer } = await import('../server/run-server.js');
      await runServer(options, { ...settings, edge, issuers });
    });
}

interface Lists {
  readonly corsOrigin?: readonly string[] | undefined;
  readonly trustProxy?: readonly string[] | undefined;
}

interface IssuerWords {
  readonly oidcIssuer?: string | undefined;
  readonly oidcAudience?: readonly string[] | undefined;
}

type Options = ServeOptions & Lists & IssuerWords;

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

/** In the place of what is in the environment; undefined where nothing was said. @throws OperatorError 64 */
function issuerSaid(issuer: string | undefined, audience: readonly string[] = []): string | undefined {
  if (issuer === undefined && audience.length === 0) return undefined;
  if (issuer === undefined || audience.length === 0)
    throw new OperatorError(exitCodes.usage, '--oidc-issuer and --oidc-audience go together: say both');
  const setting = settingOfIssuer(issuer, audience);
  issuersOf(setting, '--oidc-issuer', exitCodes.usage);
  return setting;
}
