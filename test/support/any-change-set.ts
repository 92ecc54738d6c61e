import fc from 'fast-check';
import type { ExpectedVersion } from '../../src/commands/decision.js';
import type { PageCommand } from '../../src/commands/index.js';
import type { Role } from '../../src/events/role.js';
import {
  createChunk,
  createPage,
  deletePage,
  movePage,
  patchPage,
  publishPage,
  restorePage,
  savePage,
  sent,
  undeletePage,
  unpublishPage,
} from './commands.js';

/** Few, so that commands meet. */
export const pageIds = ['p', 'q', 'r', 's', 't', 'u', 'v'];

/** What stands before: a small tree, and room for more. */
export const firstCommands: readonly PageCommand[] = [
  createPage('p', { slug: 'x' }),
  createPage('q', { slug: 'y' }),
  createPage('r', { parent: 'p', slug: 'x' }),
  createPage('s', { parent: 'r', slug: 'x' }),
  createChunk('t'),
];

const page = fc.constantFrom(...pageIds, 'p', 'q', 'r', 's', 'p', 'q', 'r', 's');
const slug = fc.constantFrom('x', 'y', 'z', 'x', 'y', 'z', '');
const parent = fc.oneof({ weight: 2, arbitrary: page }, { weight: 1, arbitrary: fc.constant(null) });
const title = fc.constantFrom('one', 'two', 'three').map((text) => ({ title: text }));
const version = fc.integer({ min: 1, max: 3 });
const expected: fc.Arbitrary<ExpectedVersion> = fc.oneof(
  { weight: 9, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: version },
);
const sibling = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: page.map((before) => ({ before })) },
  { weight: 1, arbitrary: page.map((after) => ({ after })) },
);
const destination = fc
  .tuple(fc.record({ parent, slug }, { requiredKeys: [] }), sibling)
  .map(([place, next]) => ({ ...place, ...next }));

const command: fc.Arbitrary<PageCommand> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('u', 'v'), parent, slug, sibling, title)
      .map(([id, above, name, next, content]) =>
        createPage(id, { parent: above, slug: name, ...next }, { document: sent(content) }),
      ),
  },
  { weight: 1, arbitrary: page.map((id) => createChunk(id)) },
  { weight: 6, arbitrary: fc.tuple(page, expected, title).map((given) => savePage(...given)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(page, expected, title)
      .map(([id, seen, patch]) => patchPage(id, seen, 'merge-patch', patch)),
  },
  { weight: 4, arbitrary: fc.tuple(page, expected, version).map((given) => restorePage(...given)) },
  {
    weight: 4,
    arbitrary: fc.tuple(page, fc.option(version, { nil: undefined })).map((given) => publishPage(...given)),
  },
  { weight: 2, arbitrary: page.map(unpublishPage) },
  { weight: 8, arbitrary: fc.tuple(page, expected, destination).map((given) => movePage(...given)) },
  { weight: 2, arbitrary: fc.tuple(page, expected).map((given) => deletePage(...given)) },
  { weight: 4, arbitrary: page.map(undeletePage) },
);

export interface AnyChangeSet {
  readonly commands: readonly PageCommand[];
  readonly role: Role;
  readonly dryRun: boolean;
}

/** What several people might ask for, sensible or not; about half of it is accepted. */
export const anyChangeSet: fc.Arbitrary<AnyChangeSet> = fc.record({
  commands: fc.oneof(
    { weight: 4, arbitrary: fc.tuple(command) },
    { weight: 1, arbitrary: fc.array(command, { minLength: 2, maxLength: 3 }) },
  ),
  role: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Role>('publisher') },
    { weight: 3, arbitrary: fc.constant<Role>('editor') },
    { weight: 1, arbitrary: fc.constantFrom<Role>('admin', 'render') },
  ),
  dryRun: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
