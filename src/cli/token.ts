import type { Command } from 'commander';
import { Option } from 'commander';
import { roles } from '../events/event.js';
import { parseTime } from '../http/time.js';
import { withApi } from './api.js';
import { CliError, exitCodes } from './exit-code.js';
import { print, type CommonOptions } from './output.js';

interface CreateOptions extends CommonOptions {
  readonly role: string;
  readonly name?: string;
  readonly expires?: string;
}

interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly secret?: string;
}

export function addToken(cli: Command): void {
  const token = cli.command('token').description('issue, list and revoke access tokens');
  token
    .command('create')
    .description('issue a token; its secret is shown this once')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option('--name <name>', 'who or what it is for')
    .option('--expires <time>', 'when it stops working (ISO 8601)')
    .action((_options, command: Command) => create(command.optsWithGlobals()));
  token
    .command('list')
    .description('list the tokens that are not revoked')
    .action((_options, command: Command) => list(command.optsWithGlobals()));
  token
    .command('revoke <id>')
    .description('make a token stop working at once')
    .action((id: string, _options, command: Command) => revoke(id, command.optsWithGlobals()));
}

function create(options: CreateOptions): Promise<void> {
  const { json, role, name, expires } = options;
  if (expires !== undefined && !parseTime(expires)) {
    throw new CliError(exitCodes.usage, `--expires has to be a time (ISO 8601), not "${expires}"`);
  }
  const body = {
    role,
    ...(name !== undefined && { name }),
    ...(expires !== undefined && { expiresAt: expires }),
  };
  return withApi(
    options,
    async (api) => {
      const token = (await api.call('POST', '/tokens', body)) as TokenView;
      print(json, token, () => `${token.id}  ${token.role}  ${token.name}\n${token.secret ?? ''}`);
    },
    { mayCreate: true },
  );
}

function list(options: CommonOptions): Promise<void> {
  return withApi(options, async (api) => {
    const tokens: TokenView[] = [];
    for (let path: string | null = '/tokens?limit=500'; path !== null;) {
      const page = (await api.call('GET', path)) as { items: TokenView[]; next: string | null };
      tokens.push(...page.items);
      path = page.next === null ? null : `/tokens?limit=500&cursor=${page.next}`;
    }
    print(options.json, tokens, () =>
      tokens
        .map(
          ({ id, role, name, createdAt, expiresAt }) =>
            `${id}  ${role.padEnd(9)}  since ${createdAt}  until ${expiresAt ?? 'revoked'}  ${name}`,
        )
        .join('\n'),
    );
  });
}

function revoke(id: string, options: CommonOptions): Promise<void> {
  return withApi(options, async (api) => {
    await api.call('DELETE', `/tokens/${encodeURIComponent(id)}`);
    print(options.json, { id, revoked: true }, () => `${id} is revoked`);
  });
}
