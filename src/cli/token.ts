import type { Command } from 'commander';
import { Option } from 'commander';
import { roles } from '../events/role.js';
import { isNoRoom, snapshot, type Database } from '../log/database.js';
import { readHead } from '../log/log.js';
import { parseTime } from '../http/edge/time.js';
import { requireFit } from '../ladder/fit-ladder.js';
import { openLadder } from '../ladder/open-ladder.js';
import { staleProjections } from '../projections/replay/registry.js';
import { grantFinders, grants as grantProjection } from '../projections/grants.js';
import { pageFinders } from '../projections/page-states.js';
import { pages as pageProjection } from '../projections/pages.js';
import { isOver, tokenView, type TokenView } from '../queries/token-view.js';
import { tokenFinders, tokens as tokenProjection } from '../projections/tokens.js';
import { withApi } from './api.js';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { exitCodeOf } from '../installation/exit-code.js';
import { dataDirectory, isServed } from '../installation/data-directory.js';
import { print, type CommonOptions } from '../installation/output.js';
import { printable } from '../printable.js';
import { reading } from '../installation/reading.js';

interface CreateOptions extends CommonOptions {
  readonly role: string;
  readonly name?: string;
  readonly expires?: string;
  readonly path?: string;
  readonly delegates?: boolean;
  readonly cache?: boolean;
}

/** A token that was just issued, with its secret. */
type NewToken = TokenView & { readonly secret?: string };

export function addToken(cli: Command): void {
  const token = cli.command('token').description('issue, list and revoke access tokens');
  token
    .command('create')
    .description('issue a token; its secret is shown this once')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option('--path <path>', 'the page from which downwards it is for; the whole site, when absent')
    .option('--name <name>', 'who or what it is for')
    .option('--expires <time>', 'when it stops working (ISO 8601)')
    .option('--delegates', 'it may ask for a visitor, whose token it passes along')
    .option('--cache', 'it may keep what is protected, and asks again for each visitor')
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
  const { json, role, name, expires, path, delegates, cache } = options;
  if (expires !== undefined && !parseTime(expires)) {
    throw new OperatorError(exitCodes.usage, `--expires has to be a time (ISO 8601), not "${expires}"`);
  }
  const body = {
    role,
    ...(name !== undefined && { name }),
    ...(expires !== undefined && { expiresAt: expires }),
    ...(path !== undefined && { path }),
    ...(delegates === true && { delegates }),
    ...(cache === true && { cache }),
  };
  return withApi(
    options,
    async (api) => {
      const token = (await api.call('POST', '/tokens', body)) as NewToken;
      print(
        json,
        token,
        () => `${token.id}  ${token.role ?? ''}  ${printable(token.name)}\n${token.secret ?? ''}`,
      );
    },
    { mayCreate: true },
  );
}

async function list(options: CommonOptions): Promise<void> {
  const tokens = await findTokens(options);
  print(options.json, tokens, () =>
    tokens
      .map(
        ({ id, role = 'session', path, name, createdAt, expiresAt }) =>
          `${id}  ${role.padEnd(9)}  since ${createdAt}  until ${expiresAt ?? 'revoked'}  ${printable(path ?? 'nowhere')}  ${printable(name)}`,
      )
      .join('\n'),
  );
}

async function findTokens(options: CommonOptions): Promise<readonly TokenView[]> {
  if (!isServed(dataDirectory(options.data))) return readTokens(options);
  try {
    return await askForTokens(options);
  } catch (error) {
    // On a full disk the server could not write down who it is.
    if (isNoRoom(error) || exitCodeOf(error) === exitCodes.unavailable) return readTokens(options);
    throw error;
  }
}

/** The server knows when each was last used. */
async function askForTokens(options: CommonOptions): Promise<readonly TokenView[]> {
  const tokens: TokenView[] = [];
  await withApi(options, async (api) => {
    for (let path: string | null = '/tokens?limit=500'; path !== null;) {
      const page = (await api.call('GET', path)) as { items: TokenView[]; next: string | null };
      tokens.push(...page.items);
      path = page.next === null ? null : `/tokens?limit=500&cursor=${page.next}`;
    }
  });
  return tokens;
}

/** Where nobody serves it takes no right to write. */
async function readTokens({ data, migrations }: CommonOptions): Promise<readonly TokenView[]> {
  const known = await openLadder(migrations);
  return reading(data, (db) => {
    requireFit(db, known);
    return snapshot(db, () => tokensIn(db));
  });
}

/** @throws OperatorError 78 when the tables are another program's */
function tokensIn(db: Database): readonly TokenView[] {
  const needed = [tokenProjection, grantProjection, pageProjection];
  if (staleProjections(db, needed, readHead(db).position).length > 0) {
    throw new OperatorError(
      exitCodes.wrongVersion,
      'the tokens are of another make: run `palimpsest rebuild tokens grants pages`',
    );
  }
  const [{ grant }, pages] = [grantFinders(db), pageFinders(db)];
  const pathOf = (token: string): string | null => {
    const own = grant(token);
    if (!own || own.anchor === null) return own ? '/' : null;
    const page = pages.page(own.anchor);
    if (!page?.place || page.deletedRoot !== null) return null;
    return `${pages.ancestry(page.place.parent).path}/${page.place.slug}`;
  };
  return tokenFinders(db)
    .tokensAfter(0, Number.MAX_SAFE_INTEGER)
    .filter((token) => !isOver(token, Date.now()))
    .map((token) => tokenView(token, pathOf(token.id)));
}

function revoke(id: string, options: CommonOptions): Promise<void> {
  return withApi(options, async (api) => {
    await api.call('DELETE', `/tokens/${encodeURIComponent(id)}`);
    print(options.json, { id, revoked: true }, () => `${id} is revoked`);
  });
}
