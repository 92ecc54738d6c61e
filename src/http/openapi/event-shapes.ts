import { eventTypes, type EventType } from '../../events/event-types.js';
import { getSchemaPath } from './api-decorators.js';
import { By } from './answer-shapes.js';
import type { Schema } from '../../events/shape.js';
import { text, time, uuid, version, type Members } from './schema-parts.js';

const types = Object.entries<EventType>(eventTypes);

/** The schemas of the events of the log, by name: each type's, and `LogEvent`, which is one of them. As `feedEvent` makes them. */
export function eventSchemas(): Members {
  return {
    ...Object.fromEntries(types.map(([type, told]) => [`${type}Event`, schemaOf(type, told)])),
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

const content: Schema = {
  type: 'object',
  additionalProperties: true,
  description: 'The document, at `schemaVersion`; absent: it was erased',
};

function schemaOf(type: string, { means, data, hasContent }: EventType): Schema {
  const { secret } = data;
  const { properties, required = [] } = data.schema;
  const shown = Object.fromEntries(Object.entries(properties).filter(([name]) => !secret.includes(name)));
  const shownRequired = required.filter((name) => !secret.includes(name));
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
      ...(shownRequired.length > 0 && { required: shownRequired }),
      properties: { ...shown, ...(hasContent && { content }) },
      additionalProperties: false,
    },
  };
  const ofContent: Members = hasContent
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
