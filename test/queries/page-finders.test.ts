import { pageViewFinders } from '../../src/queries/page-finders.js';
import { createPage, publishPage, savePage } from '../support/commands.js';
import { openInstallation } from '../support/installation.js';

describe.each([1, 2, 3])(
  'what somebody writes while a reader asks for the position, the %dth time',
  (nth) => {
    /** The title that a reader remembers in the end. `find` is asked twice; meanwhile the page is saved and published. */
    function remembered(
      find: (views: ReturnType<typeof pageViewFinders>) => { content: string | undefined } | undefined,
    ) {
      const installation = openInstallation();
      installation.accept([createPage('a'), publishPage('a')]);
      let asked = 0;
      const views = pageViewFinders(installation.db, () => {
        asked += 1;
        if (asked === nth) installation.accept([savePage('a', 1, { title: 'newer' }), publishPage('a')]);
        return installation.position();
      });
      for (let times = 0; times < 4; times += 1) find(views);
      return find(views)?.content;
    }

    it('is what they see next time', () => {
      const newer = '{"title":"newer"}';
      expect(remembered((views) => views.latest('a'))).toBe(newer);
      expect(remembered((views) => views.published('a'))).toBe(newer);
      expect(remembered((views) => views.version('a', 2))).toBe(newer);
    });

    it('changes what they see of an older version', () => {
      const installation = openInstallation();
      installation.accept(createPage('a'));
      let asked = 0;
      const views = pageViewFinders(installation.db, () => {
        asked += 1;
        if (asked === nth) installation.accept(publishPage('a'));
        return installation.position();
      });
      for (let times = 0; times < 4; times += 1) views.version('a', 1);
      expect(views.version('a', 1)?.view.publishedVersion).toBe(1);
    });
  },
);
