import { requireContentVersion } from '../commands/pages/restore-page.js';
import { requireFree, requireNotBeneathItself } from '../commands/pages/placing.js';
import { requireKnownVersion } from '../commands/schema/schema-version.js';
import type { Database } from '../log/database.js';
import type { ChangeSetHead, Event, EventOf, NewEvent } from '../events/event.js';
import { findersOf } from '../projections/index.js';
import { assetType } from '../schema/asset-content.js';
import { targetLimit } from '../schema/references.js';
import type { Ladder } from '../schema/ladder.js';
import { Refusal } from '../refusal.js';
import {
  anybody,
  anyPage,
  cameBack,
  Impossible,
  livePage,
  requireDocument,
  requireNew,
  requireAnchor,
  requireNext,
  requirePerson,
  requirePlace,
  requireRoleOrPerson,
  requireSchemaStream,
  type Before,
} from './before-event.js';

type Check<E extends Event> = (event: NewEvent<E>, before: Before) => void;

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
    access: anybody,
    ladder,
    isRankTaken: (place, self) => rank.get(place.parent, place.rank, self) !== undefined,
    back,
  };
  return {
    changeSet: ({ id, by }) => {
      back.clear();
      if (changeSet.get(id)) return `the change set ${id} ended before`;
      if (by.kind === 'token' && !before.tokens.token(by.id)) return `its author is no token: ${by.id}`;
      if (by.kind === 'person' && !before.people.person(by.id)) return `its author is not known: ${by.id}`;
      return undefined;
    },
    event: (event) => {
      try {
        // The table has for each type a check of just that type.
        (could[event.type] as Check<Event>)(event, before);
      } catch (error) {
        if (error instanceof Impossible || error instanceof Refusal) return error.message;
        throw error;
      }
      if (event.type === 'PageUndeleted') back.add(event.stream);
      return undefined;
    },
  };
}

/** Whether it could have happened: the rest was so before, as for the commands. A type without a row does not compile. */
const could: { readonly [T in Event['type']]: Check<EventOf<T>> } = {
  PageCreated: (event, before) => {
    requireNew(event, before);
    const { pageType, place, file } = event.data;
    if ((pageType === assetType) !== (file !== undefined))
      throw new Impossible('an asset has a file, and no other page has one');
    if (place) requirePlace(place, event.stream, before);
    requireDocument(event, pageType, before);
  },
  PageSaved: (event, before) => {
    const page = livePage(event, before);
    if (event.data.file && page.type !== assetType)
      throw new Impossible(`the page ${page.id} is no asset and has no file`);
    requireNext(page, event.data.version);
    requireContentVersion(page, event.data.base);
    requireDocument(event, page.type, before);
  },
  PageRestored: (event, before) => {
    const page = livePage(event, before);
    requireNext(page, event.data.version);
    requireContentVersion(page, event.data.restored);
  },
  PageMoved: (event, before) => {
    const page = livePage(event, before);
    requireNotBeneathItself(page.id, event.data.parent, before.pages);
    requirePlace(event.data, page.id, before);
  },
  PagePublished: (event, before) => {
    const { version, shows = [] } = event.data;
    requireContentVersion(livePage(event, before), version);
    if (shows.length > targetLimit)
      throw new Impossible(`the page ${event.stream} shows more than ${targetLimit} assets`);
    const other = shows.find((id) => before.pages.page(id)?.type !== assetType);
    if (other !== undefined) throw new Impossible(`there is no asset ${other} to be shown`);
  },
  PageUnpublished: (event, before) => {
    if (livePage(event, before).publishedVersion === null) {
      throw new Impossible(`the page ${event.stream} is not published`);
    }
  },
  PageLabelled: (event, before) => {
    requireContentVersion(livePage(event, before), event.data.version);
  },
  PageUnlabelled: (event, before) => {
    if (before.labels.versionOf(livePage(event, before), event.data.label) !== undefined) return;
    throw new Impossible(`the page ${event.stream} has no label ${event.data.label}`);
  },
  PageProtected: (event, before) => {
    if (!livePage(event, before).isProtected) return;
    throw new Impossible(`the page ${event.stream} is protected already`);
  },
  PageUnprotected: (event, before) => {
    if (livePage(event, before).isProtected) return;
    throw new Impossible(`the page ${event.stream} is not protected`);
  },
  PageDeleted: (event, before) => {
    const { root } = event.data;
    if (root === event.stream) livePage(event, before);
    // As earlier releases wrote it for each page beneath, after the root's own.
    else if (anyPage(event, before).deletedRoot !== root) {
      throw new Impossible(`the page ${event.stream} did not go with ${root}`);
    }
  },
  PageUndeleted: (event, before) => {
    const page = anyPage(event, before);
    if (page.deletedRoot === page.id) {
      if (page.place) requireFree(page.place, before);
    } else if (page.deletedRoot !== null || !cameBack(page, before)) {
      throw new Impossible(`the page ${page.id} is not deleted by itself`);
    }
  },
  TokenCreated: (event, before) => {
    requireNew(event, before);
    requireAnchor(event.data.anchor ?? null, before);
    requireRoleOrPerson(event, before);
  },
  TokenRevoked: ({ stream }, { tokens }) => {
    const token = tokens.token(stream);
    if (!token) throw new Impossible(`there is no token ${stream}`);
    if (token.revokedAt !== null) throw new Impossible(`the token ${stream} is revoked already`);
  },
  GrantGiven: (event, before) => {
    requireNew(event, before);
    const { principal, anchor } = event.data;
    requireAnchor(anchor, before);
    if (principal.kind === 'token' && !before.tokens.token(principal.id)?.role)
      throw new Impossible(`there is no token ${principal.id} that could be given anything`);
  },
  GrantRevoked: ({ stream }, { grants }) => {
    if (!grants.grant(stream)) throw new Impossible(`there is no grant ${stream}`);
  },
  PersonSeen: requirePerson,
  PersonBlocked: (event, before) => {
    requirePerson(event, before);
    if (typeof before.people.person(event.stream)?.blockedAt === 'string')
      throw new Impossible(`the person ${event.stream} is blocked already`);
  },
  PersonUnblocked: ({ stream }, { people }) => {
    if (typeof people.person(stream)?.blockedAt === 'string') return;
    throw new Impossible(`the person ${stream} is not blocked`);
  },
  MinimumSchemaVersionSet: ({ stream, data }, { ladder }) => {
    requireSchemaStream(stream);
    requireKnownVersion('the minimum', data.minimum, ladder);
  },
  SchemaVersionSunset: ({ stream, data }, { ladder }) => {
    requireSchemaStream(stream);
    requireKnownVersion('the schema version', data.schemaVersion, ladder);
  },
};
