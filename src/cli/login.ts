import { Option, type Command } from 'commander';
import { roles } from '../events/role.js';
import type { OfferedCode } from '../http/session/add-login-route.js';
import { dataDirectory, isServed, type DataDirectory } from '../installation/data-directory.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { print, type CommonOptions } from '../installation/output.js';
import { apiOfServer } from './api.js';

interface LoginOptions extends CommonOptions {
  readonly role: string;
  readonly url?: string;
}

export function addLogin(cli: Command): void {
  cli
    .command('login')
    .description('print a link that signs a browser in, once, within ten minutes')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).default('admin'))
    .option('--url <url>', 'the address by which browsers find the server, where that is another one')
    .action((_options, command: Command) => login(command.optsWithGlobals()));
}

/** @throws OperatorError 64, 69 */
async function login({ data, json, role, url }: LoginOptions): Promise<void> {
  const base = url === undefined ? undefined : baseOf(url);
  const directory = dataDirectory(data);
  if (!isServed(directory)) throw noServer(directory);
  const api = apiOfServer(directory);
  const offered = (await api.call('POST', '/control/login', { role })) as OfferedCode;
  await api.close();
  if (base === undefined && offered.url === '') throw noServer(directory);
  // What comes after the sign is sent to no server, and stands in no log.
  const link = `${base ?? reachable(offered.url)}/session#code=${offered.code}`;
  print(json, { link, role, expiresAt: offered.expiresAt }, () => link);
}

/** A verb that writes may be in charge, and serves nobody. */
function noServer({ path }: DataDirectory): OperatorError {
  return new OperatorError(
    exitCodes.unavailable,
    `no server runs on ${path}: start one with \`palimpsest serve\``,
  );
}

/** @throws OperatorError 64 */
function baseOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.search !== '' || parsed.hash !== '')
    throw new OperatorError(
      exitCodes.usage,
      `--url has to be an address as https://cms.example.org, not "${url}"`,
    );
  return parsed.href.replace(/\/$/, '');
}

/** A server that listens on every address of its machine is found on the machine itself. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
