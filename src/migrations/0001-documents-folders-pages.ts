import { declare } from '../schema/migration.js';

/** Schemas are open: what they don't mention is kept. */
export default declare({
  title: 'Documents, folders and pages made of blocks',
  types: {
    document: {
      type: 'object',
      required: ['title'],
      properties: { title: { type: 'string' }, body: { type: 'string' } },
    },
    folder: {
      type: 'object',
      required: ['title'],
      properties: { title: { type: 'string' } },
    },
    page: {
      type: 'object',
      required: ['title'],
      properties: {
        title: { type: 'string' },
        blocks: { $ref: 'blocks' },
        seo: {
          type: 'object',
          properties: { title: { type: 'string' }, description: { type: 'string' } },
        },
      },
    },
  },
  blocks: {
    text: { type: 'object', properties: { markdown: { type: 'string' } } },
    image: { type: 'object', properties: { src: { type: 'string' }, alt: { type: 'string' } } },
  },
});
