import { everywhere } from '../../src/access/rights.js';
import { accessOf } from '../../src/access/access.js';
import fc from 'fast-check';
import type { Role } from '../../src/events/role.js';
import { FindTree, FindTreeHandler } from '../../src/queries/find-tree.js';
import type { TreeNode } from '../../src/queries/tree-nodes.js';
import { ReadModel } from '../../src/queries/read-model.js';
import { anyChangeSet, firstCommands } from '../support/any-change-set.js';
import { createPage, deletePage, movePage, publishPage } from '../support/commands.js';
import { openInstallation, type Installation } from '../support/installation.js';
import { ladder } from '../support/ladder.js';

interface Asked {
  readonly role?: Role;
  readonly root?: string;
  readonly depth?: number;
  readonly at?: number;
}

async function pieces(
  { db }: Installation,
  limit: number,
  asked: Asked = {},
): Promise<readonly TreeNode[][]> {
  const { role = 'admin', root, depth, at } = asked;
  const handler = new FindTreeHandler(new ReadModel(db, ladder, () => undefined));
  const found: TreeNode[][] = [];
  let cursor: string | undefined;
  do {
    const asOf = at === undefined ? undefined : { position: at };
    const { items, next } = await handler.execute(
      new FindTree(accessOf(everywhere(role)), { list: 'tree', limit, cursor }, root, depth, asOf),
    );
    found.push([...items]);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** Pages of a piece before their children, each by its level and id. */
function inOrder(nodes: readonly TreeNode[], level = 1): readonly string[] {
  return nodes.flatMap(({ id, children }) => [`${level} ${id}`, ...inOrder(children, level + 1)]);
}

/** All pages of all pieces; those above what comes are there again. */
function together(found: readonly (readonly TreeNode[])[]): readonly string[] {
  return [...new Set(found.flatMap((nodes) => inOrder(nodes)))];
}

function forest(): Installation {
  const installation = openInstallation();
  installation.accept([
    createPage('a'),
    createPage('b'),
    createPage('a1', { parent: 'a' }),
    createPage('a2', { parent: 'a' }),
    createPage('a11', { parent: 'a1' }),
    createPage('b1', { parent: 'b' }),
  ]);
  return installation;
}

describe('the tree', () => {
  it('comes in the order of a reader', async () => {
    const [all = []] = await pieces(forest(), 100);
    expect(inOrder(all)).toEqual(['1 a', '2 a1', '3 a11', '2 a2', '1 b', '2 b1']);
  });

  it('comes in pieces that repeat the pages above what they add', async () => {
    const found = await pieces(forest(), 2);
    expect(found.map((nodes) => inOrder(nodes))).toEqual([
      ['1 a', '2 a1'],
      ['1 a', '2 a1', '3 a11', '2 a2'],
      ['1 b', '2 b1'],
    ]);
  });

  it('goes on behind a page that has moved meanwhile, and says when that is gone', async () => {
    const installation = forest();
    const handler = new FindTreeHandler(new ReadModel(installation.db, ladder, () => undefined));
    const { next } = await handler.execute(
      new FindTree(accessOf(everywhere('admin')), { list: 'tree', limit: 3 }),
    );
    installation.accept(movePage('a11', 1, { parent: 'b' }));
    const rest = await handler.execute(
      new FindTree(accessOf(everywhere('admin')), { list: 'tree', limit: 9, cursor: next ?? '' }),
    );
    expect(inOrder(rest.items)).toEqual([]);
    installation.accept(deletePage('a11'));
    const gone = new FindTree(accessOf(everywhere('admin')), { list: 'tree', limit: 9, cursor: next ?? '' });
    await expect(Promise.resolve().then(() => handler.execute(gone))).rejects.toMatchObject({
      code: 'malformed-request',
    });
  });

  it('is the same in pieces as in one, whoever asks for whichever part, now and then', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyChangeSet, { minLength: 5, maxLength: 25 }),
        fc.integer({ min: 1, max: 4 }),
        fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
        async (changeSets, limit, depth) => {
          const installation = openInstallation();
          installation.accept(firstCommands);
          for (const { commands, role, dryRun } of changeSets)
            installation.submit(commands, { rights: everywhere(role), dryRun });
          const at = Math.ceil(installation.position() / 2);
          const deep = depth === undefined ? {} : { depth };
          for (const asked of [{}, { role: 'render' as const }, { at }]) {
            const [whole = []] = await pieces(installation, 1000, { ...asked, ...deep });
            const cut = await pieces(installation, limit, { ...asked, ...deep });
            expect(together(cut)).toEqual(inOrder(whole));
            for (const { id } of whole) {
              const [beneath = []] = await pieces(installation, 1000, { ...asked, ...deep, root: id });
              expect(beneath[0]).toEqual(whole.find((node) => node.id === id));
              const inPieces = await pieces(installation, limit, { ...asked, ...deep, root: id });
              expect(together(inPieces)).toEqual(inOrder(beneath));
            }
          }
          installation.finish();
        },
      ),
      { numRuns: 30 },
    );
  });
});

test('a page at which a token begins, and its visitor, too, is there once', async () => {
  const installation = forest();
  installation.accept([publishPage('a'), publishPage('a1')]);
  const access = accessOf({
    held: [{ role: 'render', anchor: 'a' }],
    visitor: [{ role: 'viewer', anchor: 'a' }],
  });
  const model = new ReadModel(installation.db, ladder, () => undefined);
  const tree = await new FindTreeHandler(model).execute(new FindTree(access, { list: 'tree', limit: 50 }));
  expect(inOrder(tree.items)).toEqual(['1 a', '2 a1']);
});
