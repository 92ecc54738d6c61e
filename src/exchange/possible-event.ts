import { requireContentVersion } from '../commands/pages/restore-page.js';
import { isRank, requireFree, requireNotBeneathItself } from '../commands/pages/placing.js';
import { requireKnownVersion } from '../commands/schema/schema-version.js';
import type { Database } from '../log/database.js';
import { fileNameLimit, mediaTypeLimit } from '../events/file-facts.js';
import { roles, type ChangeSetHead, type Event, type Grantee, type NewEvent } from '../events/event.js';
import {
  groupsLimit,
  issuerLimit,
  pageTypeLimit,
  personTextLimit,
  placeSlugPattern,
  slugPattern,
  tokenNameLimit,
} from '../events/limits.js';
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
import {
  comment,
  hash,
  is,
  isObject,
  isText,
  listOf,
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
const role = is((value) => roles.some((one) => one === value));
const yes = is((value) => value === true);
const issuer = text(issuerLimit, 1);
const subject = text(personTextLimit, 1);
const grantee: Shape = (value, at) => {
  const shape = isObject(value) ? granteeShapes[value.kind as Grantee['kind']] : undefined;
  return shape ? shape(value, at) : at;
};
const granteeShapes: Readonly<Partial<Record<Grantee['kind'], Shape>>> = {
  token: members({ kind: text(10), id: uuid }),
  person: members({ kind: text(10), issuer, subject }),
  group: members({ kind: text(10), issuer, group: text(personTextLimit, 1) }),
};
const file = members(
  { sha256: hash, bytes: whole, type: text(mediaTypeLimit, 3), name: text(fileNameLimit, 1) },
  { width: whole, height: whole },
);
const label = matching(slugPattern);
const place = members({
  parent: nullOr(uuid),
  slug: matching(placeSlugPattern),
  rank: is((value) => isText(value) && isRank(value)),
});

/** `event.ts` tells what each means. A type without a row does not compile. */
const rows: { readonly [T in Event['type']]: Row<OfType<T>> } = {
  PageCreated: {
    data: members({ pageType: text(pageTypeLimit, 1), place: nullOr(place) }, { file, comment }),
    could: (event, before) => {
      requireNew(event, before);
      const { pageType, place, file } = event.data;
      if ((pageType === assetType) !== (file !== undefined))
        throw new Impossible('an asset has a file, and no other page has one');
      if (place) requirePlace(place, event.stream, before);
      requireDocument(event, pageType, before);
    },
  },
  PageSaved: {
    data: members({ version: whole, base: whole }, { copies: texts, file, comment }),
    could: (event, before) => {
      const page = livePage(event, before);
      if (event.data.file && page.type !== assetType)
        throw new Impossible(`the page ${page.id} is no asset and has no file`);
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
    data: members({ version: whole }, { shows: listOf(uuid, targetLimit) }),
    could: (event, before) => {
      const { version, shows = [] } = event.data;
      requireContentVersion(livePage(event, before), version);
      const other = shows.find((id) => before.pages.page(id)?.type !== assetType);
      if (other !== undefined) throw new Impossible(`there is no asset ${other} to be shown`);
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
  PageProtected: {
    data: nothing,
    could: (event, before) => {
      if (!livePage(event, before).isProtected) return;
      throw new Impossible(`the page ${event.stream} is protected already`);
    },
  },
  PageUnprotected: {
    data: nothing,
    could: (event, before) => {
      if (livePage(event, before).isProtected) return;
      throw new Impossible(`the page ${event.stream} is not protected`);
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
        if (page.place) requireFree(page.place, before);
      } else if (page.deletedRoot !== null || !cameBack(page, before)) {
        throw new Impossible(`the page ${page.id} is not deleted by itself`);
      }
    },
  },
  TokenCreated: {
    data: members(
      { name: text(tokenNameLimit), hash, expiresAt: nullOr(time) },
      { role, person: members({ issuer, subject }), anchor: uuid, delegates: yes, isCache: yes },
    ),
    could: (event, before) => {
      requireNew(event, before);
      requireAnchor(event.data.anchor ?? null, before);
      requireRoleOrPerson(event, before);
    },
  },
  TokenRevoked: {
    data: nothing,
    could: ({ stream }, { tokens }) => {
      const token = tokens.token(stream);
      if (!token) throw new Impossible(`there is no token ${stream}`);
      if (token.revokedAt !== null) throw new Impossible(`the token ${stream} is revoked already`);
    },
  },
  GrantGiven: {
    data: members({ principal: grantee, role, anchor: nullOr(uuid) }),
    could: (event, before) => {
      requireNew(event, before);
      const { principal, anchor } = event.data;
      requireAnchor(anchor, before);
      if (principal.kind === 'token' && !before.tokens.token(principal.id)?.role)
        throw new Impossible(`there is no token ${principal.id} that could be given anything`);
    },
  },
  GrantRevoked: {
    data: nothing,
    could: ({ stream }, { grants }) => {
      if (!grants.grant(stream)) throw new Impossible(`there is no grant ${stream}`);
    },
  },
  PersonSeen: {
    data: members({
      issuer,
      subject,
      name: text(personTextLimit),
      email: nullOr(text(personTextLimit)),
      groups: listOf(text(personTextLimit, 1), groupsLimit),
    }),
    could: requirePerson,
  },
  PersonBlocked: {
    data: members({ issuer, subject }),
    could: (event, before) => {
      requirePerson(event, before);
      if (typeof before.people.person(event.stream)?.blockedAt === 'string')
        throw new Impossible(`the person ${event.stream} is blocked already`);
    },
  },
  PersonUnblocked: {
    data: nothing,
    could: ({ stream }, { people }) => {
      if (typeof people.person(stream)?.blockedAt === 'string') return;
      throw new Impossible(`the person ${stream} is not blocked`);
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
