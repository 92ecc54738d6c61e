import { fileFacts } from './file-facts.js';
import { grantee, person, personName, type PersonName } from './grantee.js';
import { groupsLimit, pageTypeLimit, personTextLimit, slugPattern, tokenNameLimit } from './limits.js';
import { place } from './place.js';
import { role, type Role } from './role.js';
import {
  comment,
  described,
  hash,
  listOf,
  matching,
  members,
  noMembers,
  nullOr,
  optional,
  secret,
  text,
  texts,
  time,
  uuid,
  whole,
  yes,
  type ObjectShape,
  type ValueOf,
} from './shape.js';

/** What an event is about. It decides who may hear of the event, and until when what is remembered is good. */
export type Family = 'page' | 'token' | 'grant' | 'person' | 'schema';

/** What can have happened, once for all who need to know it. */
export interface EventType {
  readonly family: Family;
  /** In a sentence, for clients. */
  readonly means: string;
  readonly data: ObjectShape;
  /** A document comes with it: JSON text exactly as it was sent, at a schema version. */
  readonly hasContent?: true;
}

const label = matching(slugPattern);
const ofAsset = optional(described('Of an asset: what its file is', fileFacts));
const ownComment = optional(described("The author's, where it differs from the change set's", comment));

const tokenMembers = members({
  name: text(tokenNameLimit),
  hash: secret(hash),
  role: optional(described('Of the grant that it comes with', role)),
  person: optional(described('In place of a role: it is a session of theirs', person)),
  expiresAt: described('null: never', nullOr(time)),
  anchor: optional(described('The page that its grant begins at; absent: the whole site', uuid)),
  delegates: optional(described('It may ask for a visitor, in `User-Token`', yes)),
  isCache: optional(described('It may keep what is protected, as it asks again for each visitor', yes)),
});

/** A token comes with a grant of a role, or stands for a person. */
type TokenData = ValueOf<typeof tokenMembers> &
  (
    | { readonly role: Role; readonly person?: undefined }
    | { readonly role?: undefined; readonly person: PersonName }
  );
// No member tells that there is just one of the two.
const tokenData = tokenMembers as ObjectShape<TokenData>;

/** Each type that there is; `Event` is made of it. */
export const eventTypes = {
  /** Of an asset it has a file, and of no other page. */
  PageCreated: {
    family: 'page',
    means: 'Content version 1 of a new page.',
    data: members({
      pageType: text(pageTypeLimit, 1),
      place: described('null: a chunk of content outside the tree', nullOr(place)),
      file: ofAsset,
      comment: ownComment,
    }),
    hasContent: true,
  },
  /** It has a file where the bytes of an asset are new; without one the file stays. */
  PageSaved: {
    family: 'page',
    means: 'A new content version.',
    data: members({
      version: whole,
      base: described('The content version that the client had seen', whole),
      copies: optional(
        described('Which blocks are copies of which, `_id` by `_id`; absent: nothing was said of it', texts),
      ),
      file: ofAsset,
      comment: ownComment,
    }),
    hasContent: true,
  },
  /** The version carries the schema version and the file of the older one, too. */
  PageRestored: {
    family: 'page',
    means: 'A new content version with the content of the older one `restored`.',
    data: members({ version: whole, restored: whole, comment: ownComment }),
  },
  PageMoved: {
    family: 'page',
    means: 'The page and all beneath it are elsewhere from now on.',
    data: place,
  },
  /** They see it whatever is saved later. What fields of it name by ids they have anyway; `shows` is for links in its Markdown. */
  PagePublished: {
    family: 'page',
    means: 'Readers see content version `version` from now on.',
    data: members({
      version: whole,
      shows: optional(
        described('Assets that they have, too, because links in it led to them; absent: none', listOf(uuid)),
      ),
    }),
  },
  PageUnpublished: { family: 'page', means: 'Readers see the page no longer.', data: noMembers },
  /** The label stays until it is said of another version, or taken away. */
  PageLabelled: {
    family: 'page',
    means: 'A label names a version of the page, and no other.',
    data: members({ label, version: whole }),
  },
  PageUnlabelled: { family: 'page', means: 'A label names none any more.', data: members({ label }) },
  PageProtected: {
    family: 'page',
    means: 'From this page downwards pages are for viewers alone.',
    data: noMembers,
  },
  PageUnprotected: {
    family: 'page',
    means: 'The page protects itself and those beneath no longer.',
    data: noMembers,
  },
  /** All of it is kept for `PageUndeleted`. The events of pages beneath, with the deleted page as `root`, say nothing more. */
  PageDeleted: {
    family: 'page',
    means: 'The page is gone with all beneath it.',
    data: members({
      root: described('The page itself; older logs have events of pages beneath it, too', uuid),
    }),
  },
  /**
   * It has the name, place, order and published version that it had. (Earlier releases wrote one for each page that came back; where
   * the page was not deleted by itself, it says nothing more.)
   */
  PageUndeleted: {
    family: 'page',
    means: 'The page is back as it was, and what went with it.',
    data: noMembers,
  },

  /**
   * Its secret is in no event; `hash` is its SHA-256 in hex. It comes with a grant of `role`, whose id is the token's. With a `person`
   * in place of a role it is a browser's session: it comes with no grant, and what it may do is what that person and their groups
   * may at each request. It ends when they are blocked.
   */
  TokenCreated: {
    family: 'token',
    means: 'A token was issued.',
    data: tokenData,
  },
  TokenRevoked: { family: 'token', means: 'A token is good no longer.', data: noMembers },

  GrantGiven: {
    family: 'grant',
    means: 'Somebody has a role, from a page downwards or in the whole site.',
    data: members({
      principal: grantee,
      role,
      anchor: described('The page; null: the whole site', nullOr(uuid)),
    }),
  },
  GrantRevoked: {
    family: 'grant',
    means: 'A grant is good no longer; on the stream of a token the one that it came with.',
    data: noMembers,
  },

  /** The stream of a person follows from issuer and subject (`projections/person-id.ts`). */
  PersonSeen: {
    family: 'person',
    means: 'What an issuer has said of a person, when it was first said or has changed.',
    data: members({
      ...personName,
      name: text(personTextLimit),
      email: nullOr(text(personTextLimit)),
      groups: listOf(text(personTextLimit, 1), groupsLimit),
    }),
  },
  /** It is so whatever the issuer says. */
  PersonBlocked: {
    family: 'person',
    means: 'Nobody is let in who comes as this person.',
    data: person,
  },
  PersonUnblocked: { family: 'person', means: 'The person is let in again.', data: noMembers },

  /** The minimum may be lowered again. */
  MinimumSchemaVersionSet: {
    family: 'schema',
    means: 'Clients below this schema version are served no longer.',
    data: members({ minimum: whole }),
  },
  /** What was said of it before holds no longer. `at`: ISO 8601, UTC. */
  SchemaVersionSunset: {
    family: 'schema',
    means: 'This schema version, and those below it, are announced to go.',
    data: members({ schemaVersion: whole, at: time }),
  },
} satisfies Readonly<Record<string, EventType>>;

export type EventName = keyof typeof eventTypes;

/** Undefined where there is no such type. */
export function eventTypeOf(name: string): EventType | undefined {
  return Object.hasOwn(eventTypes, name) ? eventTypes[name as EventName] : undefined;
}

const all = Object.entries<EventType>(eventTypes);

export const families: readonly Family[] = [...new Set(all.map(([, { family }]) => family))];

export function familyOf(name: EventName): Family {
  return eventTypes[name].family;
}

export function typesOf(chosen: readonly Family[]): readonly string[] {
  return all.flatMap(([name, { family }]) => (chosen.includes(family) ? [name] : []));
}
