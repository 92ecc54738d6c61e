import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { png } from '../support/assets.js';
import { startProgram } from '../support/program.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'palimpsest-package-'));
const installed = join(directory, 'lib/node_modules/palimpsest');
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Its scripts aside: `npm run test:outside` has built the program, and the driver is compiled in the repository. */
function npm(...args: readonly string[]): string {
  return execFileSync('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: repository,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const fetched = ['better-sqlite3', 'sharp'] as const;

/** Of what `npm ls` tells, of a project or of what is installed. */
function versionsIn(told: string): readonly (string | undefined)[] {
  type Packages = Readonly<Record<string, { readonly version: string; readonly dependencies?: Packages }>>;
  const { dependencies } = JSON.parse(told) as { dependencies: Packages };
  const packages = dependencies['palimpsest']?.dependencies ?? dependencies;
  return fetched.map((name) => packages[name]?.version);
}

test('what npm pack makes is installed with what has binaries alone, and serves', async () => {
  execFileSync('node', ['build/shrinkwrap.js'], { cwd: repository });
  try {
    npm('pack', '--pack-destination', directory);
  } finally {
    rmSync(join(repository, 'npm-shrinkwrap.json'));
  }
  const [archive] = readdirSync(directory);
  npm('install', '--global', '--prefix', directory, join(directory, archive ?? ''));

  const packages = readdirSync(join(installed, 'node_modules'));
  expect(packages).toEqual(expect.arrayContaining(['better-sqlite3', 'sharp']));
  expect(packages.filter((name) => /nest|fastify|rxjs|class-|ajv|commander/.test(name))).toEqual([]);
  const wanted = versionsIn(npm('ls', '--json', '--package-lock-only', '--depth=0', ...fetched));
  expect(versionsIn(npm('ls', '--json', '--global', '--prefix', directory, '--all'))).toEqual(wanted);

  // On Node 20 the driver is compiled by its install script.
  for (const name of ['better-sqlite3', 'better-sqlite3-12'])
    cpSync(join(repository, 'node_modules', name), join(installed, 'node_modules', name), {
      recursive: true,
    });
  const server = startProgram(['serve', '--data', join(directory, 'data'), '--port', '0'], {
    main: join(directory, 'bin/palimpsest'),
    cwd: directory,
  });
  const [, address] = await server.says(/listening on (http:\S+)/);
  expect((await fetch(`${address ?? ''}/readyz`)).status).toBe(200);
  const [, token = ''] = await server.says(/TOKEN=(\S+)/);
  const pixel = await fetch(`${address ?? ''}/assets?name=a.png`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(png),
  });
  expect(await pixel.json()).toMatchObject({ width: 1, height: 1 });
});
