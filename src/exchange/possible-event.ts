import { requireContentVersion } from '../commands/pages/restore-page.js';
import { isRank, requireFree, requireNotBeneathItself } from '../commands/pages/placing.js';
import { requireKnownVersion } from '../commands/schema/schema-version.js';
import type { Database } from '../log/database.js';
import { roles, type ChangeSetHead, type Event, type NewEvent } from '../events/event.js';
import { pageTypeLimit, placeSlugPattern, slugPattern, tokenNameLimit } from '../events/limits.js';
import { findersOf } from '../projections/index.js';
import type { Ladder } from '../schema/ladder.js';
import { Refusal } from '../refusal.js';
import {
  anyPage,
  cameBack,
  Impossible,
  livePage,
  requireDocument,
  requireNew,
  requireNext,
  requirePlace,
  requireSchemaStream,
  type Before,
} from './before-event.js';
import {
  comment,
  hash,
  is,
  isText,
  matching,
  members,
  nullOr,
  text,
  texts,
  time,
  uuid,
  whole,
  type Shape,
} from './shapes.js';

type Check<E extends Event> = (event: NewEvent<E>, before: Before) => void;
type OfType<T extends Event['type']> = Extract<Event, { type: T }>;

/** Each answers a sentence that says why not; undefined: it could be. To be asked of everything, in order. */
export interface Possible {
  /** Before the first event of a change set. */
  readonly changeSet: (head: Pick<ChangeSetHead, 'id' | 'by'>) => string | undefined;
  readonly event: (event: NewEvent) => string | undefined;
}

/**
 * Whether events whose shape is right (`exported-line.ts`) could have come out of commands. Looks at the projections as
 * they are before each.
 */
export function possibleEvents(db: Database, ladder: Ladder): Possible {
  const rank = db.prepare<[string | null, string, string]>(
    'SELECT 1 FROM pages WHERE parent IS ? AND rank = ? AND slug IS NOT NULL AND id <> ?',
  );
  const changeSet = db.prepare<[string]>('SELECT 1 FROM changesets WHERE id = ?');
  const back = new Set<string>();
  const before: Before = {
    ...findersOf(db),
    ladder,
    isRankTaken: (place, self) => rank.get(place.parent, place.rank, self) !== undefined,
    back,
  };
  return {
    changeSet: ({ id, by }) => {
      back.clear();
      if (changeSet.get(id)) return `the change set ${id} ended before`;
      if (by.kind === 'token' && !before.tokens.token(by.id)) return `its author is no token: ${by.id}`;
      return undefined;
    },
    event: (event) => {
      try {
        // The table has for each type a check of just that type.
        (rows[event.type].could as Check<Event>)(event, before);
      } catch (error) {
        if (error instanceof Impossible || error instanceof Refusal) return error.message;
        throw error;
      }
      if (event.type === 'PageUndeleted') back.add(event.stream);
      return undefined;
    },
  };
}

/** An event that could have happened: its data is like that, and the rest was so before, as for the commands. */
interface Row<E extends Event> {
  readonly data: Shape;
  readonly could: Check<E>;
}

const nothing = members({});
const label = matching(slugPattern);
const place = members({
  parent: nullOr(uuid),
  slug: matching(placeSlugPattern),
  rank: is((value) => isText(value) && isRank(value)),
});

/** `event.ts` tells what each means. A type without a row does not compile. */
const rows: { readonly [T in Event['type']]: Row<OfType<T>> } = {
  PageCreated: {
    data: members({ pageType: text(pageTypeLimit, 1), place: nullOr(place) }, { comment }),
    could: (event, before) => {
      requireNew(event, before);
      const { pageType, place } = event.data;
      if (place) requirePlace(place, event.stream, before);
      requireDocument(event, pageType, before);
    },
  },
  PageSaved: {
    data: members({ version: whole, base: whole }, { copies: texts, comment }),
    could: (event, before) => {
      const page = livePage(event, before);
      requireNext(page, event.data.version);
      requireContentVersion(page, event.data.base);
      requireDocument(event, page.type, before);
    },
  },
  PageRestored: {
    data: members({ version: whole, restored: whole }, { comment }),
    could: (event, before) => {
      const page = livePage(event, before);
      requireNext(page, event.data.version);
      requireContentVersion(page, event.data.restored);
    },
  },
  PageMoved: {
    data: place,
    could: (event, before) => {
      const page = livePage(event, before);
      requireNotBeneathItself(page.id, event.data.parent, before.pages);
      requirePlace(event.data, page.id, before);
    },
  },
  PagePublished: {
    data: members({ version: whole }),
    could: (event, before) => {
      requireContentVersion(livePage(event, before), event.data.version);
    },
  },
  PageUnpublished: {
    data: nothing,
    could: (event, before) => {
      if (livePage(event, before).publishedVersion === null) {
        throw new Impossible(`the page ${event.stream} is not published`);
      }
    },
  },
  PageLabelled: {
    data: members({ label, version: whole }),
    could: (event, before) => {
      requireContentVersion(livePage(event, before), event.data.version);
    },
  },
  PageUnlabelled: {
    data: members({ label }),
    could: (event, before) => {
      if (before.labels.versionOf(livePage(event, before), event.data.label) !== undefined) return;
      throw new Impossible(`the page ${event.stream} has no label ${event.data.label}`);
    },
  },
  PageDeleted: {
    data: members({ root: uuid }),
    could: (event, before) => {
      const { root } = event.data;
      if (root === event.stream) livePage(event, before);
      // As earlier releases wrote it for each page beneath, after the root's own.
      else if (anyPage(event, before).deletedRoot !== root) {
        throw new Impossible(`the page ${event.stream} did not go with ${root}`);
      }
    },
  },
  PageUndeleted: {
    data: nothing,
    could: (event, before) => {
      const page = anyPage(event, before);
      if (page.deletedRoot === page.id) {
        if (page.place) requireFree(page.place, before.pages);
      } else if (page.deletedRoot !== null || !cameBack(page, before)) {
        throw new Impossible(`the page ${page.id} is not deleted by itself`);
      }
    },
  },
  TokenCreated: {
    data: members({
      name: text(tokenNameLimit),
      role: is((value) => roles.some((role) => role === value)),
      hash,
      expiresAt: nullOr(time),
    }),
    could: requireNew,
  },
  TokenRevoked: {
    data: nothing,
    could: ({ stream }, { tokens }) => {
      const token = tokens.token(stream);
      if (!token) throw new Impossible(`there is no token ${stream}`);
      if (token.revokedAt !== null) throw new Impossible(`the token ${stream} is revoked already`);
    },
  },
  MinimumSchemaVersionSet: {
    data: members({ minimum: whole }),
    could: ({ stream, data }, { ladder }) => {
      requireSchemaStream(stream);
      requireKnownVersion('the minimum', data.minimum, ladder);
    },
  },
  SchemaVersionSunset: {
    data: members({ schemaVersion: whole, at: time }),
    could: ({ stream, data }, { ladder }) => {
      requireSchemaStream(stream);
      requireKnownVersion('the schema version', data.schemaVersion, ladder);
    },
  },
};

/** What the data of a type holds; undefined where there is no such type. */
export function dataShapeOf(type: string): Shape | undefined {
  return Object.hasOwn(rows, type) ? rows[type as Event['type']].data : undefined;
}
