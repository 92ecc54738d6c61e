/** The smallest store that keeps every version: what the servers write to that the product is measured against. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { documentText, pageId } from './documents.js';

export interface BareSave {
  readonly id: string;
  readonly content: string;
}

export interface BareDatabase {
  /** By the page's id. */
  readonly findContent: Database.Statement<[string], string>;
  /** All of them in one durable transaction. */
  readonly commit: (saves: readonly BareSave[]) => void;
  readonly close: () => void;
}

/** Opens the database there; an empty one gets the pages 0 … `pages`-1 first. */
export function openBareDatabase(directory: string, pages: number): BareDatabase {
  const driver = Number(process.versions.node.split('.')[0]) < 22 ? 'better-sqlite3-12' : 'better-sqlite3';
  const Sqlite = createRequire(import.meta.url)(driver) as typeof Database;
  const db = new Sqlite(join(directory, 'db.sqlite'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`
    CREATE TABLE IF NOT EXISTS events (
      position INTEGER PRIMARY KEY, page TEXT NOT NULL, content TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS heads (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, content TEXT NOT NULL
    ) STRICT;
  `);
  const appendEvent = db.prepare<[string, string]>('INSERT INTO events (page, content) VALUES (?, ?)');
  const updateHead = db.prepare<[string, string]>(
    'UPDATE heads SET version = version + 1, content = ? WHERE id = ?',
  );
  const insertHead = db.prepare<[string, string]>(
    'INSERT INTO heads (id, version, content) VALUES (?, 1, ?)',
  );
  db.transaction(() => {
    if (db.prepare('SELECT 1 FROM heads').get() !== undefined) return;
    for (let page = 0; page < pages; page += 1) insertHead.run(pageId(page), documentText(page, 1));
  })();
  return {
    findContent: db.prepare<[string], string>('SELECT content FROM heads WHERE id = ?').pluck(),
    commit: db.transaction((saves: readonly BareSave[]) => {
      for (const save of saves) {
        appendEvent.run(save.id, save.content);
        updateHead.run(save.content, save.id);
      }
    }),
    close: () => {
      db.close();
    },
  };
}
