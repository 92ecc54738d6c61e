/**
 * Bytes on disk per version of an imported site, beside git's own pack of the same files.
 * `node disk.js REPOSITORY [GLOB]`; it is no part of the whole run, because it needs a repository.
 */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../src/log/database.js';
import { onStage } from './stage.js';

const product = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const [repository, match = '**/*.md'] = process.argv.slice(2);
if (repository === undefined)
  throw new Error('say which repository: node dist-bench/bench/disk.js REPOSITORY [GLOB]');

await onStage(async (stage) => {
  const [data, clone] = [await stage.directory(), await stage.directory()];
  execFileSync(process.execPath, [product, 'import', 'git', repository, '--match', match, '--data', data], {
    stdio: 'ignore',
  });
  execFileSync(process.execPath, [product, 'export', 'git', join(clone, 'git'), '--data', data], {
    stdio: 'ignore',
  });
  execFileSync('git', ['-C', join(clone, 'git'), 'gc', '--quiet', '--aggressive', '--prune=now']);

  const db = openDatabase(join(data, 'db.sqlite'), 'read');
  const count = (sql: string): number => Number(db.prepare(sql).pluck().get());
  const versions = count('SELECT count(*) FROM versions');
  const contentBytes = count('SELECT sum(octet_length(content)) FROM events');
  const tables = db
    .prepare<[], { name: string; bytes: number }>(
      'SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY bytes DESC LIMIT 8',
    )
    .all();
  db.close();
  const bytes = statSync(join(data, 'db.sqlite')).size;
  const packBytes =
    Number(
      /size-pack: (\d+)/.exec(
        execFileSync('git', ['-C', join(clone, 'git'), 'count-objects', '-v']).toString(),
      )?.[1] ?? 0,
    ) * 1024;
  console.log(`${versions} versions, ${Math.round(contentBytes / versions)} bytes of content each`);
  console.log(`database  ${bytes} bytes, ${Math.round(bytes / versions)} per version`);
  console.log(`git pack  ${packBytes} bytes, ${Math.round(packBytes / versions)} per version`);
  for (const { name, bytes: size } of tables) console.log(`  ${name.padEnd(24)} ${size}`);
});
