import type { Ladder } from '../../../src/schema/ladder.js';
import { declare, hide, migration, placeholder } from '../../../src/schema/migration.js';
import { ladderOf } from '../ladder-of.js';

/** Small pages on which what is hidden lies close together: rows, heads of lists, drawers, groups, functions. */
export function narrowLadder(): Ladder {
  const label = { enum: ['a', 'b'] };
  return ladderOf(
    declare({
      title: 'Pages',
      types: {
        page: {
          type: 'object',
          properties: {
            title: label,
            rows: { type: 'array', items: { type: 'object', properties: { text: label } } },
            link: { type: 'object', properties: { to: label } },
            blocks: { $ref: 'blocks' },
          },
        },
      },
      blocks: {
        text: { type: 'object', properties: { body: label, old: { enum: [1, 2, 3] } } },
        box: { type: 'object', properties: { inner: { $ref: 'blocks' } } },
      },
    }),
    migration({
      title: 'Colours, links, drawers; texts are not old',
      types: {
        page: (t) =>
          t
            .each('rows', (row) => row.add('colour', { enum: ['red', 'blue', 'green'] }))
            .wrap('link', { as: 'links', onClear: 'shift' }),
        text: (t) => t.remove('old'),
      },
      blocks: {
        add: {
          drawer: hide({ type: 'object', properties: { inner: { $ref: 'blocks' } } }),
          map: placeholder('Map'),
        },
      },
    }),
    migration({
      title: 'Boxes are gone, titles and blocks go by code',
      types: {
        page: (t) =>
          t
            .each('links', (link) => link.add('rel', { enum: ['x', 'y'] }))
            .code({
              reads: ['title', 'blocks'],
              writes: { heading: label, blocks: { $ref: 'blocks' } },
              up: ({ title, ...rest }) => ({ ...rest, ...(title !== undefined && { heading: title }) }),
              down: ({ heading, ...rest }) => ({ ...rest, ...(heading !== undefined && { title: heading }) }),
            }),
        text: (t) => t.add('level', { enum: [1, 2, 3] }, { default: 1 }),
      },
      blocks: { remove: { box: hide() } },
    }),
  );
}
