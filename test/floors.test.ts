import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));

let house: string;
beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), 'palimpsest-floors-'));
  writeFileSync(join(house, 'tsconfig.json'), '{}');
});
afterEach(() => {
  rmSync(house, { recursive: true });
});

/** What `npm run floors` finds in a house with these files: their names, and what they import. */
function found(files: Readonly<Record<string, readonly string[]>>): readonly string[] {
  for (const [name, imports] of Object.entries(files)) {
    const file = join(house, 'src', name);
    mkdirSync(dirname(file), { recursive: true });
    const lines = imports.map((from) => `import '../${from.replace('.ts', '.js')}';\n`);
    writeFileSync(file, `${lines.join('')}export {};\n`);
  }
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['src', '--config', join(repository, '.dependency-cruiser.cjs'), '--output-type', 'json'],
    ],
    { cwd: house, encoding: 'utf8' },
  );
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: readonly { rule: { name: string }; from: string; to: string }[] };
  };
  return summary.violations
    .map(({ rule, from, to }) => `${rule.name}: ${from} ${to}`.replaceAll('src/', ''))
    .sort();
}

test('imports that run down are in order', () => {
  expect(
    found({
      'http/route.ts': ['queries/find.ts'],
      'writer/write.ts': ['commands/rule.ts'],
      'commands/rule.ts': ['queries/find.ts'],
      'queries/find.ts': ['log/log.ts'],
      'log/log.ts': ['events/event.ts'],
      'events/event.ts': [],
    }),
  ).toEqual([]);
});

test('an import that runs up is found', () => {
  expect(found({ 'log/log.ts': ['http/route.ts'], 'http/route.ts': [] })).toEqual([
    'log-looks-down: log/log.ts http/route.ts',
  ]);
});

test('a circle of rooms is found, though no file is in one', () => {
  const circle = {
    'commands/rule.ts': ['queries/find.ts'],
    'queries/find.ts': [],
    'queries/list.ts': ['commands/index.ts'],
    'commands/index.ts': [],
  };
  expect(found(circle)).toEqual(['queries-looks-down: queries/list.ts commands/index.ts']);
});

test('a circle of files in a room is found', () => {
  const circle = { 'log/log.ts': ['log/chain.ts'], 'log/chain.ts': ['log/log.ts'] };
  expect(found(circle)).toEqual(['no-circular: log/chain.ts log/log.ts']);
});

test('a room without a floor is found', () => {
  expect(found({ 'http/route.ts': ['lib/any.ts'], 'lib/any.ts': [] })).toEqual([
    'every-room-has-a-floor: http/route.ts lib/any.ts',
  ]);
});
