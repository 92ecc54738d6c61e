import type { FileFacts } from './file-facts.js';

/** The author of a change set. `import` is somebody known from another system's history, `system` the program or its operator. */
export interface Actor {
  readonly kind: 'token' | 'person' | 'import' | 'system';
  readonly id: string;
  readonly name: string;
}

/** What a grant lets somebody do; each role may do what the ones before it may, but for `metrics`, which sees figures and no page. */
export const roles = ['metrics', 'render', 'viewer', 'editor', 'publisher', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who can be given a role: a token, a person, or all of whom an issuer says that they are in a group. */
export type Grantee =
  | { readonly kind: 'token'; readonly id: string }
  | { readonly kind: 'person'; readonly issuer: string; readonly subject: string }
  | { readonly kind: 'group'; readonly issuer: string; readonly group: string };

/** Who a person is: what an issuer calls them. */
export interface PersonName {
  readonly issuer: string;
  readonly subject: string;
}

/** Where a page hangs in the tree. `rank` orders siblings, compared bytewise; `parent` null is the top level. */
export interface Place {
  readonly parent: string | null;
  readonly slug: string;
  readonly rank: string;
}

/**
 * What can have happened to a page. `content` is the document exactly as it was sent, JSON text at
 * `schemaVersion`; `comment` is the author's, where it differs from the change set's.
 */
export type PageEvent =
  /** Content version 1. `place` null: an independent chunk of content, outside the tree. `file`: of an asset, and of no other page. */
  | {
      readonly type: 'PageCreated';
      readonly schemaVersion: number;
      readonly data: {
        readonly pageType: string;
        readonly place: Place | null;
        readonly file?: FileFacts;
        readonly comment?: string;
      };
      readonly content: string;
    }
  /**
   * `version` is the new content version, `base` the one the client had seen. `copies`: which blocks of the document
   * are copies of which, `_id` by `_id`, as the client says; absent: it says nothing. `file`: of an asset whose bytes are new;
   * absent: the file stays.
   */
  | {
      readonly type: 'PageSaved';
      readonly schemaVersion: number;
      readonly data: {
        readonly version: number;
        readonly base: number;
        readonly copies?: Readonly<Record<string, string>>;
        readonly file?: FileFacts;
        readonly comment?: string;
      };
      readonly content: string;
    }
  /** `version` is new and carries the content, schema version and file of the older version `restored`. */
  | {
      readonly type: 'PageRestored';
      readonly data: { readonly version: number; readonly restored: number; readonly comment?: string };
    }
  /** The page and all beneath it hang elsewhere from now on. */
  | { readonly type: 'PageMoved'; readonly data: Place }
  /**
   * Readers see content version `version`, whatever is saved later; and the files of the assets in `shows`, to which links in its
   * Markdown led then. What fields of it name by ids they have anyway.
   */
  | {
      readonly type: 'PagePublished';
      readonly data: { readonly version: number; readonly shows?: readonly string[] };
    }
  | { readonly type: 'PageUnpublished'; readonly data: Readonly<Record<string, never>> }
  /** `label` names content version `version` of the page, and no other, until it is said again or taken away. */
  | { readonly type: 'PageLabelled'; readonly data: { readonly label: string; readonly version: number } }
  | { readonly type: 'PageUnlabelled'; readonly data: { readonly label: string } }
  /** From here downwards pages are for viewers alone. */
  | { readonly type: 'PageProtected'; readonly data: Readonly<Record<string, never>> }
  | { readonly type: 'PageUnprotected'; readonly data: Readonly<Record<string, never>> }
  /**
   * Gone for readers with all beneath it, kept for `PageUndeleted`. `root` is the page itself. Earlier releases wrote one for
   * each page beneath, too, with the deleted page as `root`: those say nothing more.
   */
  | { readonly type: 'PageDeleted'; readonly data: { readonly root: string } }
  /**
   * Back with the name, place, order and published version it had, and all that went with it. (Earlier releases wrote one for
   * each page that came back; where the page was not deleted by itself, it says nothing more.)
   */
  | { readonly type: 'PageUndeleted'; readonly data: Readonly<Record<string, never>> };

/** What can have happened to an access token. The secret is in no event; `hash` is its SHA-256 in hex. */
type TokenEvent =
  /**
   * `expiresAt` null: never. It comes with a grant of `role`, whose id is the token's: from the page `anchor` downwards, in the whole
   * site where that is absent. `delegates`: it may ask for a visitor, whose token it passes along; `isCache`: it may keep what is
   * protected, as it asks again for each of them. With a `person` in place of a role it is a browser's session: it comes with no
   * grant, and what it may do is what that person and their groups may at each request. It ends when they are blocked.
   */
  | {
      readonly type: 'TokenCreated';
      readonly data: {
        readonly name: string;
        readonly hash: string;
        readonly expiresAt: string | null;
        readonly anchor?: string;
        readonly delegates?: true;
        readonly isCache?: true;
      } & (
        | { readonly role: Role; readonly person?: undefined }
        | { readonly role?: undefined; readonly person: PersonName }
      );
    }
  | { readonly type: 'TokenRevoked'; readonly data: Readonly<Record<string, never>> };

/** Who has which role, from which page downwards (`anchor` null: in the whole site). */
type GrantEvent =
  | {
      readonly type: 'GrantGiven';
      readonly data: { readonly principal: Grantee; readonly role: Role; readonly anchor: string | null };
    }
  /** On the stream of a token it takes away what the token came with. */
  | { readonly type: 'GrantRevoked'; readonly data: Readonly<Record<string, never>> };

/** What is known of people who come with an issuer's tokens. Their stream follows from issuer and subject (`projections/person-id.ts`). */
type PersonEvent =
  /** What the issuer has said of them, when it was first said or has changed. */
  | {
      readonly type: 'PersonSeen';
      readonly data: {
        readonly issuer: string;
        readonly subject: string;
        readonly name: string;
        readonly email: string | null;
        readonly groups: readonly string[];
      };
    }
  /** Nobody is let in who comes as this person, whatever the issuer says. */
  | { readonly type: 'PersonBlocked'; readonly data: { readonly issuer: string; readonly subject: string } }
  | { readonly type: 'PersonUnblocked'; readonly data: Readonly<Record<string, never>> };

/** What the operator said about schema versions. All of it is on one stream. */
type SchemaEvent =
  /** Clients that speak a schema version below `minimum` are not served any more; it may be lowered again. */
  | { readonly type: 'MinimumSchemaVersionSet'; readonly data: { readonly minimum: number } }
  /** `schemaVersion` and all below it are announced to go at `at` (ISO 8601, UTC), replacing what was said of it before. */
  | {
      readonly type: 'SchemaVersionSunset';
      readonly data: { readonly schemaVersion: number; readonly at: string };
    };

/** The stream of `SchemaEvent`s; no UUID, so no page or token can have it. */
export const schemaStream = 'schema';

export type Event = PageEvent | TokenEvent | GrantEvent | PersonEvent | SchemaEvent;

/** What an event is about. It decides who may hear of the event, and until when what is remembered is good. */
export type Family = 'page' | 'token' | 'grant' | 'person' | 'schema';

const familyOfType: { readonly [T in Event['type']]: Family } = {
  PageCreated: 'page',
  PageSaved: 'page',
  PageRestored: 'page',
  PageMoved: 'page',
  PagePublished: 'page',
  PageUnpublished: 'page',
  PageLabelled: 'page',
  PageUnlabelled: 'page',
  PageProtected: 'page',
  PageUnprotected: 'page',
  PageDeleted: 'page',
  PageUndeleted: 'page',
  TokenCreated: 'token',
  TokenRevoked: 'token',
  GrantGiven: 'grant',
  GrantRevoked: 'grant',
  PersonSeen: 'person',
  PersonBlocked: 'person',
  PersonUnblocked: 'person',
  MinimumSchemaVersionSet: 'schema',
  SchemaVersionSunset: 'schema',
};

export const families: readonly Family[] = [...new Set(Object.values(familyOfType))];

export function familyOf(type: Event['type']): Family {
  return familyOfType[type];
}

export function typesOf(chosen: readonly Family[]): readonly string[] {
  return Object.entries(familyOfType).flatMap(([type, family]) => (chosen.includes(family) ? [type] : []));
}

/** An event that a rule wants appended: refused unless `stream` stands at `expectedVersion` (0: does not exist). */
export type NewEvent<E extends Event = Event> = E & {
  readonly stream: string;
  readonly expectedVersion: number;
};

/** What is said once about all events of a change set. `source` tells where an imported one comes from. */
export interface ChangeSetHead {
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly by: Actor;
  readonly comment: string | null;
  readonly source: Readonly<Record<string, string>> | null;
}

/** A change set in the log. */
export interface RecordedChangeSet extends ChangeSetHead {
  /** 16 bytes in hex; null: comment, source and the author's name were erased. */
  readonly salt: string | null;
  /** Over comment, source and the author's name, in hex: what is left of them after an erasure. */
  readonly contextHash: string;
}

/** Where an event stands in the log. `position` counts from 1 without gaps; `streamNumber` is the stream's short name in this log. */
export interface Recording {
  readonly position: number;
  readonly stream: string;
  readonly streamNumber: number;
  readonly streamVersion: number;
  readonly changeset: RecordedChangeSet;
  readonly firstPosition: number;
  /** 16 bytes in hex; null: the payload was erased, its content is gone and `data` is what remained. */
  readonly payloadSalt: string | null;
  /** Salted SHA-256 of the payload, in hex: what is left of it after an erasure. */
  readonly payloadHash: string;
  /** The chain up to here, in hex. */
  readonly hash: string;
}

/** An event in the log. One that brought content is without it when that was erased. */
export type RecordedEvent<E extends Event = Event> = Kept<E> & Recording;

type Kept<E> = E extends { readonly content: string }
  ? Omit<E, 'content'> & { readonly content?: string }
  : E;

/** What of an event was given to the log. */
interface GivenEvent {
  readonly type: string;
  readonly data: unknown;
  readonly schemaVersion: number | null;
  readonly content: string | null;
}

/**
 * The event that was given, at its place. Made of the same members in the same order, whether it was just appended or
 * read back: the engine then compiles every fold for one kind of object. (To spread one object into another costs more
 * than a look-up in the database.)
 */
export function recordedEvent(given: GivenEvent, at: Recording): RecordedEvent {
  const event: Record<string, unknown> = {
    type: given.type,
    data: given.data,
    position: at.position,
    stream: at.stream,
    streamNumber: at.streamNumber,
    streamVersion: at.streamVersion,
    changeset: at.changeset,
    firstPosition: at.firstPosition,
    payloadSalt: at.payloadSalt,
    payloadHash: at.payloadHash,
    hash: at.hash,
  };
  if (given.schemaVersion !== null) event.schemaVersion = given.schemaVersion;
  if (given.content !== null) event.content = given.content;
  return event as unknown as RecordedEvent; // what `append` was given, by construction; a newer program's log is refused at opening
}

export function isPageEvent(event: RecordedEvent): event is RecordedEvent<PageEvent> {
  return familyOf(event.type) === 'page';
}

/** The document that came with an event; `null` where none did, or it was erased. */
export function contentOf(event: Event | RecordedEvent): string | null {
  return 'content' in event ? (event.content ?? null) : null;
}
