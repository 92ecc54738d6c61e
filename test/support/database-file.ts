import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openToLook, pageBytes } from '../../src/log/database.js';

/** The pages of a table or index that hold its rows, in the order of the file. Of a database that nobody serves. */
export function leavesOf(data: string, name: string): readonly number[] {
  const db = openToLook(join(data, 'db.sqlite'));
  try {
    return db
      .prepare<[string], number>(
        `SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno`,
      )
      .pluck()
      .all(name);
  } finally {
    db.close();
  }
}

/** Overwrites the beginning of a page, as a failing disk may. */
export function damagePage(data: string, page: number): void {
  const file = openSync(join(data, 'db.sqlite'), 'r+');
  writeSync(file, Buffer.alloc(64, 0xff), 0, 64, (page - 1) * pageBytes);
  closeSync(file);
}

const require = createRequire(import.meta.url);
const driver = require.resolve(
  Number(process.versions.node.split('.')[0]) < 22 ? 'better-sqlite3-12' : 'better-sqlite3',
);

/** Another program that runs some SQL on a database, and stays as it is until it is killed. Resolves when that is done. */
export async function otherProgram(data: string, sql: string): Promise<ChildProcess> {
  const script = `const db = new (require(${JSON.stringify(driver)}))(${JSON.stringify(join(data, 'db.sqlite'))});
    ${sql}
    console.log('done'); setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

/** Holds the right to write. */
export function lockingProgram(data: string): Promise<ChildProcess> {
  return otherProgram(data, `db.exec('BEGIN IMMEDIATE');`);
}

export async function endOf(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
