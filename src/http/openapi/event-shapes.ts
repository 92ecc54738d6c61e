import { roles, type Event } from '../../events/event.js';
import { getSchemaPath } from './api-decorators.js';
import { By, Grantee } from './answer-shapes.js';
import { integer, text, time, uuid, version, type Members, type Schema } from './schema-parts.js';

const file = {
  type: 'object',
  description: 'Of an asset: what its file is',
  required: ['sha256', 'bytes', 'type', 'name'],
  properties: {
    sha256: text,
    bytes: integer,
    type: { ...text, description: 'The media type' },
    name: text,
    width: integer,
    height: integer,
  },
} as const;
const comment = { ...text, description: "The author's, where it differs from the change set's" };
const parent = { ...uuid, nullable: true, description: 'null: the top level' };
const place = {
  parent,
  slug: text,
  rank: { ...text, description: 'Orders siblings, compared bytewise' },
} as const;
const content = {
  type: 'object',
  additionalProperties: true,
  description: 'The document, at `schemaVersion`; absent: it was erased',
} as const;
const role = { type: 'string', enum: [...roles] } as const;
const roleOfToken = { ...role, description: 'Of the grant that it comes with' } as const;
const personOfToken = {
  type: 'object',
  description: 'In place of a role: it is a session of theirs',
  required: ['issuer', 'subject'],
  properties: { issuer: text, subject: text },
} as const;
const anchorOfToken = {
  ...uuid,
  description: 'The page that its grant begins at; absent: the whole site',
} as const;
const delegates = { type: 'boolean', description: 'It may ask for a visitor, in `User-Token`' } as const;
const isCache = { type: 'boolean', description: 'It may keep what is protected' } as const;
const shows = {
  type: 'array',
  items: uuid,
  description: 'Assets that they have, too, because links in it led to them; absent: none',
} as const;
/** For these alone `data` has members that can be absent. */
const optional: ReadonlySet<Schema> = new Set([
  file,
  comment,
  content,
  roleOfToken,
  personOfToken,
  anchorOfToken,
  delegates,
  isCache,
  shows,
]);

/** What an event's `data` says, by type, with what it means. A type without a row does not compile. */
const told: { readonly [T in Event['type']]: { readonly means: string; readonly data: Members } } = {
  PageCreated: {
    means: 'Content version 1 of a new page.',
    data: {
      pageType: text,
      place: {
        type: 'object',
        nullable: true,
        description: 'null: a chunk of content outside the tree',
        required: Object.keys(place),
        properties: place,
      },
      file,
      comment,
      content,
    },
  },
  PageSaved: {
    means: 'A new content version.',
    data: {
      version,
      base: { ...version, description: 'The content version that the client had seen' },
      copies: {
        type: 'object',
        additionalProperties: text,
        description: 'Which blocks are copies of which, `_id` by `_id`; absent: nothing was said of it',
      },
      file,
      comment,
      content,
    },
  },
  PageRestored: {
    means: 'A new content version with the content of the older one `restored`.',
    data: { version, restored: version, comment },
  },
  PageMoved: { means: 'The page and all beneath it are elsewhere from now on.', data: place },
  PagePublished: {
    means: 'Readers see content version `version` from now on.',
    data: { version, shows },
  },
  PageUnpublished: { means: 'Readers see the page no longer.', data: {} },
  PageLabelled: {
    means: 'A label names a version of the page, and no other.',
    data: { label: text, version },
  },
  PageUnlabelled: { means: 'A label names none any more.', data: { label: text } },
  PageProtected: { means: 'From this page downwards pages are for viewers alone.', data: {} },
  PageUnprotected: { means: 'The page protects itself and those beneath no longer.', data: {} },
  PageDeleted: {
    means: 'The page is gone with all beneath it.',
    data: {
      root: { ...uuid, description: 'The page itself; older logs have events of pages beneath it, too' },
    },
  },
  PageUndeleted: { means: 'The page is back as it was, and what went with it.', data: {} },
  TokenCreated: {
    means: 'A token was issued.',
    data: {
      name: text,
      role: roleOfToken,
      person: personOfToken,
      expiresAt: { ...time, nullable: true },
      anchor: anchorOfToken,
      delegates,
      isCache,
    },
  },
  TokenRevoked: { means: 'A token is good no longer.', data: {} },
  GrantGiven: {
    means: 'Somebody has a role, from a page downwards or in the whole site.',
    data: {
      principal: { $ref: getSchemaPath(Grantee) },
      role,
      anchor: { ...uuid, nullable: true, description: 'The page; null: the whole site' },
    },
  },
  GrantRevoked: {
    means: 'A grant is good no longer; on the stream of a token the one that it came with.',
    data: {},
  },
  PersonSeen: {
    means: 'What an issuer has said of a person, when it was first said or has changed.',
    data: {
      issuer: text,
      subject: text,
      name: text,
      email: { ...text, nullable: true },
      groups: { type: 'array', items: text },
    },
  },
  PersonBlocked: {
    means: 'Nobody is let in who comes as this person.',
    data: { issuer: text, subject: text },
  },
  PersonUnblocked: { means: 'The person is let in again.', data: {} },
  MinimumSchemaVersionSet: {
    means: 'Clients below this schema version are served no longer.',
    data: { minimum: version },
  },
  SchemaVersionSunset: {
    means: 'This schema version, and those below it, are announced to go.',
    data: { schemaVersion: version, at: time },
  },
};

/** The schemas of the events of the log, by name: each type's, and `LogEvent`, which is one of them. As `feedEvent` makes them. */
export function eventSchemas(): Members {
  const types = Object.entries(told);
  return {
    ...Object.fromEntries(
      types.map(([type, { means, data }]) => [`${type}Event`, schemaOf(type, means, data)]),
    ),
    EnteredEvent: entered,
    LeftEvent: left,
    LogEvent: {
      oneOf: [...types.map(([type]) => type), 'Entered', 'Left'].map((type) => ({ $ref: pathOf(type) })),
      discriminator: {
        propertyName: 'type',
        mapping: {
          ...Object.fromEntries(types.map(([type]) => [type, pathOf(type)])),
          entered: pathOf('Entered'),
          left: pathOf('Left'),
        },
      },
    },
  };
}

/** What those are told who see a part of the site, and stands in no log. As `ListEventsHandler` makes it. */
const left: Schema = {
  type: 'object',
  description: 'A page is in the part of whoever asks no longer, or was deleted.',
  required: ['position', 'type', 'page'],
  properties: {
    position: { type: 'integer', minimum: 1 },
    type: { type: 'string', enum: ['left'] },
    page: uuid,
  },
};
const enteredMembers = {
  position: { type: 'integer', minimum: 1 },
  type: { type: 'string', enum: ['entered'] },
  page: uuid,
  pageType: text,
  parent: {
    ...uuid,
    nullable: true,
    description: 'null: the top level, or nothing that whoever asks may see',
  },
  slug: { ...text, nullable: true },
  rank: { ...text, nullable: true },
  contentVersion: version,
  publishedVersion: { ...version, nullable: true },
  protected: { type: 'boolean', description: 'By itself' },
  schemaVersion: { ...version, description: 'Of the content as sent here' },
  storedSchemaVersion: { ...version, description: 'The schema version that the content was saved in' },
  content: { type: 'object', additionalProperties: true, description: 'The document, at `schemaVersion`' },
} as const;
const entered: Schema = {
  type: 'object',
  description: 'A page is in the part of whoever asks from here on, or there again: as it was then.',
  required: Object.keys(enteredMembers),
  properties: enteredMembers,
};

function pathOf(type: string): string {
  return getSchemaPath({ name: `${type}Event` });
}

function schemaOf(type: string, means: string, data: Members): Schema {
  const required = Object.keys(data).filter((name) => name !== 'copies' && !optional.has(data[name] ?? {}));
  const said: Members = {
    position: { type: 'integer', minimum: 1, description: 'Its place in the log' },
    id: text,
    stream: { ...text, description: 'The page or token that it happened to' },
    streamVersion: { type: 'integer', minimum: 1, description: 'Its place among the events of its stream' },
    type: { type: 'string', enum: [type] },
    at: time,
    by: { $ref: getSchemaPath(By) },
    changeset: { ...uuid, description: 'The change set that it belongs to' },
    hash: { ...text, description: 'Each event hashes the one before it' },
    data: {
      type: 'object',
      ...(required.length > 0 && { required }),
      properties: data,
      additionalProperties: false,
    },
  };
  const ofContent: Members =
    'content' in data
      ? {
          schemaVersion: { ...version, description: 'Of the content as sent here' },
          storedSchemaVersion: {
            ...version,
            description: 'The schema version that the content was saved in',
          },
        }
      : {};
  return {
    type: 'object',
    description: means,
    required: Object.keys(said),
    properties: { ...said, ...ofContent },
  };
}
