import { listName } from '../../queries/cursor.js';
import { FindTree } from '../../queries/find-tree.js';
import { readRoute } from '../routing/read-route.js';
import { momentOf } from '../edge/read-query.js';
import { TreeQuery, treeLimit } from './tree-queries.js';
import { pagesAnswer } from '../pages/pages-answer.js';
import { readQuery } from '../edge/shape.js';
import { Tree } from './tree-answer-shapes.js';

export const findTree = readRoute({
  operationId: 'findTree',
  summary: 'Pages by their place, in order',
  description:
    'In pieces: `next` is the `cursor` of the following one. Readers see what is published, where all that is above it is, too.',
  path: '/tree',
  permission: 'read',
  weight: 10,
  query: TreeQuery,
  answer: Tree,
  shows: 'pages',
  refusals: ['not-found'],
  ask: ({ access, query }) => {
    const { root, depth, asOf, limit = treeLimit, cursor } = readQuery(TreeQuery, query);
    const part = { list: listName('tree', { root, depth, asOf }), limit, cursor };
    return new FindTree(access, part, root, depth, momentOf(asOf).asOf);
  },
  show: ({ items, next, changedPosition }, { access }) =>
    pagesAnswer(JSON.stringify({ items, next }), access, { changedPosition, surrogateKey: 'tree' }),
});
