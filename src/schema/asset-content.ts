import type { JsonSchema } from './json-schema.js';

/** The content type of pages that have a file; no other page has one. */
export const assetType = 'asset';

const share = { type: 'number', minimum: 0, maximum: 1 };

/**
 * What is kept of an asset besides its file, unless the first rung declares the type `asset` itself. `focalPoint`: what has to stay in
 * sight when a picture is cropped, in shares of its width and height from the upper left. `language` as in BCP 47.
 */
export const assetContent: JsonSchema = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    alt: { type: 'string' },
    credit: { type: 'string' },
    language: { type: 'string' },
    focalPoint: { type: 'object', required: ['x', 'y'], properties: { x: share, y: share } },
  },
};
