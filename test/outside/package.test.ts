import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

test('what npm pack makes is installed with the driver alone, and serves', async () => {
  execFileSync('node', ['build/shrinkwrap.js'], { cwd: repository });
  try {
    npm('pack', '--pack-destination', directory);
  } finally {
    rmSync(join(repository, 'npm-shrinkwrap.json'));
  }
  const [archive] = readdirSync(directory);
  npm('install', '--global', '--prefix', directory, join(directory, archive ?? ''));

  const packages = readdirSync(join(installed, 'node_modules'));
  expect(packages).toContain('better-sqlite3');
  expect(packages.filter((name) => /nest|fastify|rxjs|class-|ajv|commander/.test(name))).toEqual([]);
  const wanted = (
    JSON.parse(npm('ls', '--json', '--package-lock-only', '--depth=0', 'better-sqlite3')) as {
      dependencies: { 'better-sqlite3': { version: string } };
    }
  ).dependencies['better-sqlite3'].version;
  const got = JSON.parse(npm('ls', '--json', '--global', '--prefix', directory, '--all')) as {
    dependencies: { palimpsest: { dependencies: { 'better-sqlite3': { version: string } } } };
  };
  expect(got.dependencies.palimpsest.dependencies['better-sqlite3'].version).toBe(wanted);

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
});
