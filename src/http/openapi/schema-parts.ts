import type { Schema } from '../../events/shape.js';

/** What schemas of the OpenAPI document are put together of, where they are not made of classes. */
export type Members = Readonly<Record<string, Schema>>;

export const text = { type: 'string' } as const;
export const uuid = { type: 'string', format: 'uuid' } as const;
export const time = { type: 'string', format: 'date-time' } as const;
export const integer = { type: 'integer' } as const;
/** A content version, or a schema version. */
export const version = { type: 'integer', minimum: 1 } as const;
