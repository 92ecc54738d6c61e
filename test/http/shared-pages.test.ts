import { EventPage } from '../../src/http/log/event-page.js';
import { SharedPages, type Wanted } from '../../src/http/log/shared-pages.js';

/** A page of one event with so many letters. */
function page(letters: number): EventPage {
  return new EventPage([{ position: 1, type: 'PageSaved', stream: 'a', json: 'x'.repeat(letters) }], 1);
}

function sharing(letters: number) {
  const pages = new SharedPages({ all: 4, one: 2 }, { all: 1_000_000, one: 500_000 });
  const given: string[] = [];
  let made = 0;
  const wanted = (key: string, holder: string): Wanted => ({
    key,
    holder,
    make: () => {
      made += 1;
      return page(letters);
    },
    got: () => given.push(`${key} ${holder}`),
    failed: (error) => {
      throw error;
    },
  });
  return { pages, given, wanted, made: () => made };
}

test('of a large page only so many bytes are on their way at once, for one and for all; the others have their turn', () => {
  const { pages, given, wanted, made } = sharing(200_000);
  for (const holder of ['a', 'a', 'a', 'b', 'b', 'c', 'c']) pages.take(wanted('1', holder));
  expect(given).toEqual(['1 a', '1 a', '1 b', '1 b']);
  pages.giveBack({ key: '1', holder: 'b' });
  expect(given.slice(4)).toEqual(['1 c']);
  for (const holder of ['a', 'a', 'b']) pages.giveBack({ key: '1', holder });
  expect(given.slice(5)).toEqual(['1 a', '1 c']);
  expect(made()).toBe(1);
});

test('a small page is given to all who want it', () => {
  const { pages, given, wanted, made } = sharing(1_000);
  for (let n = 0; n < 2_000; n++) pages.take(wanted('1', 'a'));
  expect([given.length, made()]).toEqual([2_000, 1]);
});

test('in one turn one large page is made, whoever wants more, and what is made is given at once', async () => {
  const { pages, given, wanted, made } = sharing(100_000);
  for (const one of [wanted('1', 'a'), wanted('2', 'b'), wanted('3', 'c'), wanted('1', 'c')]) pages.take(one);
  expect([given, made()]).toEqual([['1 a', '1 c'], 1]);
  while (made() < 3) {
    const before = made();
    await new Promise(setImmediate);
    expect(made() - before).toBeLessThanOrEqual(1);
  }
  expect(given.slice(2)).toEqual(['2 b', '3 c']);
});

test('a holder has so many pages and no more, and who has gone is not waited for', () => {
  const { pages, given, wanted } = sharing(1_000);
  const gone = wanted('3', 'a');
  for (const one of [wanted('1', 'a'), wanted('2', 'a'), gone, wanted('4', 'a'), wanted('5', 'b')])
    pages.take(one);
  expect(given).toEqual(['1 a', '2 a', '5 b']);
  pages.forget(gone);
  pages.giveBack({ key: '1', holder: 'a' });
  expect(given.slice(3)).toEqual(['4 a']);
  expect(pages.count).toBe(4);
  pages.forgetIdle();
  expect(pages.count).toBe(3);
});
