import { everywhere, type Rights } from '../../src/access/rights.js';
import type { Command } from '../../src/commands/index.js';
import type { ChangeSet } from '../../src/commands/change-set.js';
import type { Role } from '../../src/events/role.js';
import { deletePage, movePage, publishPage, undeletePage } from '../support/commands.js';
import { givenIn, refused } from '../support/given.js';
import { idNumber } from '../support/ids.js';
import { openInstallation } from '../support/installation.js';
import { pageWith, referring, saveWith } from '../support/referring.js';

const [top, target, child, other, second] = [1, 2, 3, 4, 5].map(idNumber) as [
  string,
  string,
  string,
  string,
  string,
];

const given = (...history: readonly Command[]) =>
  givenIn(openInstallation(':memory:', referring), ...history);

/** A page, and one beneath it. */
const pages = [
  pageWith(top, {}),
  pageWith(target, {}, { parent: top }),
  pageWith(child, {}, { parent: target }),
];
const deleted = { stream: target, type: 'PageDeleted', data: { root: target } } as const;
const telling = (...ids: readonly string[]) => ({
  referrers: ids.map((page) => ({ page, path: `/${page}` })),
  count: ids.length,
});
/** Rights from a page downwards. */
const from = (anchor: string, role: Role = 'publisher'): Rights => ({ held: [{ role, anchor }] });

describe('deleting a page is refused', () => {
  it('when the newest version of another refers to it', () => {
    given(...pages, pageWith(other, { related: target }))
      .when(deletePage(target))
      .then(refused('referenced', telling(other)));
  });

  it('when the published version of another does, whatever the newest says', () => {
    given(...pages, pageWith(other, { photo: target }), publishPage(other), saveWith(other, {}))
      .when(deletePage(target))
      .then(refused('referenced', telling(other)));
  });

  it('when another refers to what is beneath it; each of those is told once', () => {
    given(...pages, pageWith(second, { related: child, photo: target }), pageWith(other, { related: child }))
      .when(deletePage(target))
      .then(refused('referenced', telling(second, other)));
  });

  it('when a client that does not see the field has saved it last', () => {
    given(...pages, pageWith(other, { related: target }), saveWith(other, { picture: '' }, 1))
      .when(deletePage(target))
      .then(refused('referenced', telling(other)));
  });

  it('with a sentence that says what to do', () => {
    const { outcome } = given(...pages, pageWith(other, { related: target })).when(deletePage(target));
    expect(outcome).toMatchObject({
      refusal: {
        message: `a page refers to the page ${target}, or to what is beneath it: change them first, or say force=true`,
      },
    });
  });

  it('and at most twenty are told, while all are counted', () => {
    const many = Array.from({ length: 25 }, (_, number) => idNumber(100 + number));
    given(...pages, ...many.map((id) => pageWith(id, { related: target })))
      .when(deletePage(target))
      .then(refused('referenced', { ...telling(...many.slice(0, 20)), count: 25 }));
  });

  it('after the version is looked at, and whether it is deleted', () => {
    const { outcome } = given(...pages, pageWith(other, { related: target })).when(deletePage(target, 7));
    expect(outcome).toMatchObject({ refusal: { code: 'version-conflict' } });
  });
});

describe('nothing is in the way', () => {
  it.each<[string, readonly Command[]]>([
    ['of itself', [saveWith(target, { related: target })]],
    ['from what goes with it', [saveWith(child, { related: target }), saveWith(target, { photo: child })]],
    ['from a page that is deleted', [pageWith(other, { related: target }), deletePage(other)]],
    [
      'from a page beneath one that is deleted',
      [pageWith(second, {}), pageWith(other, { related: target }, { parent: second }), deletePage(second)],
    ],
    [
      'from a version that is neither the newest nor published',
      [pageWith(other, { related: target }), saveWith(other, {})],
    ],
    [
      'to what was deleted before',
      [pageWith(other, { related: child }), { ...deletePage(child), isForced: true }],
    ],
  ])('when there are references %s', (_, more) => {
    given(...pages, ...more)
      .when(deletePage(target))
      .then([deleted]);
  });

  it('when it is forced', () => {
    given(...pages, pageWith(other, { related: target }))
      .when({ ...deletePage(target), isForced: true })
      .then([deleted]);
  });

  it('when the same batch changes what refers to it', () => {
    given(...pages, pageWith(other, { related: target }))
      .when([saveWith(other, {}), deletePage(target)])
      .then([{ stream: other, type: 'PageSaved', data: { version: 2, base: 1 } }, deleted]);
  });
});

it('is asked about what is where it is now', () => {
  const history = [...pages, pageWith(other, { related: child }), movePage(child, null, { parent: top })];
  given(...history)
    .when(deletePage(target))
    .then([deleted]);
  given(...history, movePage(other, null, { parent: top }))
    .when(deletePage(top))
    .then([{ stream: top, type: 'PageDeleted', data: { root: top } }]);
  given(...history, { ...deletePage(child), isForced: true }, undeletePage(child))
    .when(deletePage(child))
    .then(refused('referenced', telling(other)));
});

describe('a dry run', () => {
  const results = (over: Partial<ChangeSet>, command: Command) => {
    const { outcome } = given(...pages, pageWith(other, { related: target })).when(command, over);
    return outcome.kind === 'accepted' ? outcome.results : outcome;
  };

  it('lists what refers to it, and is not refused', () => {
    expect(results({ dryRun: true }, deletePage(target))).toEqual([
      { kind: 'page-deleted', referrers: telling(other) },
    ]);
  });

  it('lists nothing where it is forced, or nothing refers to it', () => {
    const forced = { ...deletePage(target), isForced: true };
    expect(results({ dryRun: true }, forced)).toEqual([{ kind: 'page-deleted' }]);
    expect(results({ dryRun: true }, deletePage(other))).toEqual([{ kind: 'page-deleted' }]);
  });
});

describe('whoever sees a part of the site', () => {
  const history = [
    ...pages,
    pageWith(other, { related: target }),
    pageWith(second, { related: target }, { parent: top }),
  ];

  it('is told of what they see there, and that there is more, but not how much or where', () => {
    given(...history)
      .when(deletePage(target), { rights: from(top) })
      .then(
        refused('referenced', {
          referrers: [{ page: second, path: `/${top}/${second}` }],
          count: 1,
          unseen: true,
        }),
      );
    const { outcome } = given(...history.slice(0, 4)).when(deletePage(target), { rights: from(top) });
    expect(outcome).toMatchObject({
      refusal: {
        code: 'referenced',
        details: { referrers: [], count: 0, unseen: true },
        message: `what you do not see refers to the page ${target}, or to what is beneath it: change them first, or say force=true`,
      },
    });
  });

  it('is told of a published page elsewhere which they see as readers do, if what is published refers to it', () => {
    const rights: Rights = { held: [...from(top).held, { role: 'render', anchor: null }] };
    const draft = given(...history.slice(0, 4)).when(deletePage(target), { rights });
    draft.then(refused('referenced', { referrers: [], count: 0, unseen: true }));
    given(...history.slice(0, 4), publishPage(other))
      .when(deletePage(target), { rights })
      .then(refused('referenced', telling(other)));
  });

  it('is told no path that readers do not know', () => {
    const rights: Rights = { held: [...from(top).held, { role: 'render', anchor: null }] };
    const beneath = pageWith(other, { related: target }, { parent: second });
    given(...pages, pageWith(second, {}), beneath, publishPage(other))
      .when(deletePage(target), { rights })
      .then(refused('referenced', { referrers: [{ page: other }], count: 1 }));
  });

  it('may force it, if they may delete it at all', () => {
    given(...history)
      .when({ ...deletePage(target), isForced: true }, { rights: from(top) })
      .then([deleted]);
    given(...history)
      .when({ ...deletePage(target), isForced: true }, { rights: everywhere('render') })
      .then(refused('forbidden', { permission: 'delete' }));
  });
});
