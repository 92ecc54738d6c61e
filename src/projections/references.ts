import type { Database } from '../log/database.js';
import type { JsonObject } from '../schema/json/json.js';
import type { Ladder } from '../schema/ladder.js';
import { isTouched } from '../schema/conversion.js';
import { isLink } from '../schema/references.js';
import { viewAt } from '../schema/views.js';
import { Memory } from '../memory.js';
import type { Table } from './projection.js';
import { earlierVersions, pageTypeFinder, storedVersionFinder } from './stored-versions.js';
import type { Decided, Recorded, SeenAs } from './views-of-versions.js';

/**
 * Which pages and assets a page refers to: in its newest version, and in the one that is published. They are found in the content as
 * it is seen at the newest schema version that clients may use, whoever has saved it.
 */
export const references: Table = {
  name: 'page_references',
  // `page`: that which refers, by its number; `target`: the id of what it refers to, or the way that a link goes, whether or not there is
  // such a page; `name`: the last one on that way, by which those are found that may lead to a page.
  create: `CREATE TABLE page_references (
    page INTEGER NOT NULL,
    target TEXT NOT NULL,
    name TEXT,
    in_latest INTEGER NOT NULL,
    in_published INTEGER NOT NULL,
    PRIMARY KEY (page, target)
  ) STRICT, WITHOUT ROWID`,
  key: ['page', 'target'],
  indexes: [
    'CREATE INDEX page_references_by_target ON page_references (target, page)',
    'CREATE INDEX page_references_by_name ON page_references (name, page) WHERE name IS NOT NULL',
  ],
};

/** Keeps `page_references`; the version that an event makes, or shows, stands in `versions` before. */
interface ReferenceWriter {
  /** @param seen how it looks at other schema versions */
  made(event: Recorded<'PageCreated' | 'PageSaved'>, seen: SeenAs): void;
  restored(event: Recorded<'PageRestored'>): void;
  published(event: Recorded<'PagePublished'>): void;
  unpublished(event: Recorded<'PageUnpublished'>): void;
}

/** So many pages' types are remembered. */
const typesLimit = 10_000;

/** Where no content type has references there is nothing to do. */
const idle: ReferenceWriter = {
  made: () => undefined,
  restored: () => undefined,
  published: () => undefined,
  unpublished: () => undefined,
};

export function referenceWriter(
  db: Database,
  log: Database,
  ladder: Ladder,
  decided: Decided = () => undefined,
): ReferenceWriter {
  const { finalized } = ladder;
  const { types } = ladder.at(finalized);
  if (![...types.pages.keys()].some((type) => ladder.referencesOf(finalized, type))) return idle;
  const typeInLog = pageTypeFinder(log);
  // To look there for each save takes a sixth of a replay. Where a number is given anew after a rollback, its page is created anew.
  const known = new Memory<number, string>(typesLimit);
  const typeOf = (number: number): string => {
    const type = known.get(number);
    if (type !== undefined) return type;
    const found = typeInLog(number);
    known.set(number, found);
    return found;
  };
  const stored = storedVersionFinder(db, log);
  const set = targetWriter(db);
  const newest = db.prepare<[number], number>('SELECT max(version) FROM versions WHERE page = ?').pluck();

  /** In a version that was made before; none where its content was erased. */
  const targetsOf = (number: number, version: number): ReadonlySet<string> => {
    const type = typeOf(number);
    const finder = ladder.referencesOf(finalized, type);
    const found = finder && earlierVersions((one) => stored({ number, type }, one))(version);
    return found ? finder.targetsIn(viewAt(ladder, found, finalized)) : none;
  };

  return {
    made: (event, seen) => {
      const { streamNumber, schemaVersion, content } = event;
      const made = event.type === 'PageSaved' ? decided() : undefined;
      if (event.type === 'PageCreated') known.set(streamNumber, event.data.pageType);
      const type = made?.type ?? typeOf(streamNumber);
      const finder = ladder.referencesOf(finalized, type);
      if (!finder) return;
      if (content === undefined) {
        set('in_latest', streamNumber, none);
        return;
      }
      const isSame = seen.views.size === 0 && !isTouched(ladder.way(schemaVersion, finalized), type, content);
      const document = made?.document ?? (JSON.parse(content) as JsonObject);
      const shown = isSame
        ? document
        : viewAt(ladder, { number: 0, type, schemaVersion, document, ...seen }, finalized);
      set('in_latest', streamNumber, finder.targetsIn(shown));
    },
    restored: ({ streamNumber, data }) => {
      set('in_latest', streamNumber, targetsOf(streamNumber, data.version));
    },
    published: ({ streamNumber, data: { version, shows = [] } }) => {
      if (shows.length === 0 && newest.get(streamNumber) === version) set.latestAsPublished(streamNumber);
      else set('in_published', streamNumber, new Set([...targetsOf(streamNumber, version), ...shows]));
    },
    unpublished: ({ streamNumber }) => {
      set('in_published', streamNumber, none);
    },
  };
}

const none: ReadonlySet<string> = new Set();

interface Row {
  readonly target: string;
  readonly in_latest: number;
  readonly in_published: number;
}

type Column = 'in_latest' | 'in_published';

/** Brings the rows of a page to these targets. */
function targetWriter(db: Database) {
  const rowsOf = db.prepare<[number], Row>(
    'SELECT target, in_latest, in_published FROM page_references WHERE page = ?',
  );
  const insert = db.prepare<[number, string, string | null, number, number]>(
    'INSERT INTO page_references (page, target, name, in_latest, in_published) VALUES (?, ?, ?, ?, ?)',
  );
  const updates = {
    in_latest: db.prepare('UPDATE page_references SET in_latest = ? WHERE page = ? AND target = ?'),
    in_published: db.prepare('UPDATE page_references SET in_published = ? WHERE page = ? AND target = ?'),
  };
  const remove = db.prepare('DELETE FROM page_references WHERE page = ? AND target = ?');
  const publish = db.prepare(
    'UPDATE page_references SET in_published = in_latest WHERE page = ? AND in_published <> in_latest',
  );
  const clear = db.prepare(
    'DELETE FROM page_references WHERE page = ? AND in_latest = 0 AND in_published = 0',
  );

  const set = (column: Column, page: number, targets: ReadonlySet<string>): void => {
    const known = new Set<string>();
    for (const row of rowsOf.all(page)) {
      const { target } = row;
      known.add(target);
      const isOne = targets.has(target);
      if (isOne === (row[column] === 1)) continue;
      const other = column === 'in_latest' ? row.in_published : row.in_latest;
      if (!isOne && other === 0) remove.run(page, target);
      else updates[column].run(isOne ? 1 : 0, page, target);
    }
    for (const target of targets) {
      if (known.has(target)) continue;
      const marks = [column === 'in_latest' ? 1 : 0, column === 'in_published' ? 1 : 0] as const;
      insert.run(page, target, nameOf(target), ...marks);
    }
  };
  return Object.assign(set, {
    /** The newest version is the one that is published. */
    latestAsPublished: (page: number): void => {
      if (publish.run(page).changes > 0) clear.run(page);
    },
  });
}

/** Where a link leads is found when it is asked: it depends on where pages are, and these move. */
function nameOf(target: string): string | null {
  return isLink(target) ? target.slice(target.lastIndexOf('/') + 1) : null;
}
