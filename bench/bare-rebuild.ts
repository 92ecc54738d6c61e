/** The least a rebuild could be: read the log, parse, upsert one row an event, and follow a hash chain. A process of its own. */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { openDatabase, openScratchDatabase } from '../src/log/database.js';

const [directory = ''] = process.argv.slice(2);
const log = openDatabase(join(directory, 'db.sqlite'), 'read');
const target = openScratchDatabase(join(directory, 'bare.sqlite'));
target.exec('CREATE TABLE pages (number INTEGER PRIMARY KEY, version INTEGER, title TEXT)');
const upsert = target.prepare(
  'INSERT INTO pages VALUES (?, ?, ?) ON CONFLICT (number) DO UPDATE SET version = excluded.version, title = excluded.title',
);
const read = log.prepare<
  [number],
  { position: number; stream: number; stream_version: number; data: string; content: string }
>(
  'SELECT position, stream, stream_version, data, content FROM events WHERE position > ? ORDER BY position LIMIT 1000',
);

let last = 0;
let chain = Buffer.alloc(32);
target.exec('BEGIN');
for (let rows = read.all(last); rows.length > 0; rows = read.all(last)) {
  for (const { position, stream, stream_version, data, content } of rows) {
    const { title } = JSON.parse(content) as { title: string };
    chain = hash('sha256', Buffer.concat([chain, Buffer.from(data), Buffer.from(content)]), 'buffer');
    upsert.run(stream, stream_version, title);
    last = position;
    if (last % 10_000 === 0) target.exec('COMMIT; BEGIN');
  }
}
target.exec('COMMIT');
log.close();
target.close();
console.log(`${last} events, chain ends ${chain.toString('hex').slice(0, 8)}`);
