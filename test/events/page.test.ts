import { evolve, statusOf, type PageState } from '../../src/events/page.js';
import type { PageEvent } from '../../src/events/event.js';

const place = { parent: 'home', slug: 'a', rank: 'a0' };
const created: PageEvent = {
  type: 'PageCreated',
  schemaVersion: 1,
  content: '{}',
  data: { pageType: 'page', place },
};

function after(...events: readonly PageEvent[]): PageState | undefined {
  return events.reduce<PageState | undefined>((page, event) => evolve(page, 'a', event), undefined);
}

describe('a page', () => {
  it('has to begin with its creation', () => {
    expect(() => after({ type: 'PageUnpublished', data: {} })).toThrow(
      'the stream a begins with PageUnpublished instead of PageCreated',
    );
  });

  it('is a draft of one version when it is created', () => {
    expect(after(created)).toEqual({
      id: 'a',
      type: 'page',
      place,
      contentVersion: 1,
      publishedVersion: null,
      deletedRoot: null,
      isProtected: false,
      streamVersion: 1,
    });
  });

  it.each<[PageEvent, Partial<PageState>]>([
    [
      { type: 'PageSaved', schemaVersion: 1, content: '{}', data: { version: 2, base: 1 } },
      { contentVersion: 2 },
    ],
    [{ type: 'PageRestored', data: { version: 2, restored: 1 } }, { contentVersion: 2 }],
    [
      { type: 'PageMoved', data: { parent: null, slug: 'b', rank: 'a1' } },
      { place: { parent: null, slug: 'b', rank: 'a1' } },
    ],
    [{ type: 'PagePublished', data: { version: 1 } }, { publishedVersion: 1 }],
    [{ type: 'PageDeleted', data: { root: 'home' } }, {}],
  ])('changes in nothing but its stream version and what %j says', (event, change) => {
    expect(after(created, event)).toEqual({ ...after(created), ...change, streamVersion: 2 });
  });

  it('comes back from a deletion as it was', () => {
    const published: PageEvent = { type: 'PagePublished', data: { version: 1 } };
    const before = after(created, published);
    expect(
      after(
        created,
        published,
        { type: 'PageDeleted', data: { root: 'a' } },
        { type: 'PageUndeleted', data: {} },
      ),
    ).toEqual({ ...before, streamVersion: 4 });
  });

  it.each([
    [1, null, null, 'draft'],
    [2, 2, null, 'published'],
    [2, 1, null, 'changed'],
    [1, 1, 'home', 'deleted'],
  ] as const)(
    'of version %d, published %j, deleted with %j, is %s',
    (contentVersion, publishedVersion, deletedRoot, status) => {
      expect(statusOf({ contentVersion, publishedVersion, deletedRoot })).toBe(status);
    },
  );
});
