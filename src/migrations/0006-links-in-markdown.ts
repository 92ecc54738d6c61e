import { migration } from '../schema/migration.js';

const markdown = { type: 'string', 'x-reference': 'markdown' };

/**
 * What the links and pictures in a text lead to is found as if it stood in a field of its own: readers have the pictures, and whoever deletes
 * a page is told which others link to it. The texts stay as they are.
 */
export default migration({
  title: 'Links in Markdown are references',
  types: {
    document: (type) => type.relax('body', markdown),
    text: (type) => type.relax('markdown', markdown),
  },
});
