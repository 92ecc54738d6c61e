import type { ChangeSet } from '../../src/commands/change-set.js';
import { createChunk, patchPage, publishPage, restorePage, savePage, sent } from '../support/commands.js';
import { given, refused } from '../support/given.js';
import { accepted } from '../support/installation.js';

const limited = (weightBytes: number, answerBytes = 1_000_000): Partial<ChangeSet> => ({
  limits: { weightBytes, answerBytes },
});
/** A document of as many bytes. */
const document = (bytes: number, title = 'a') => ({ title, body: 'x'.repeat(bytes - 22 - title.length) });
const page = createChunk('a', { document: sent(document(1000)) });

describe('A batch is refused', () => {
  it.each([
    ['brings', [createChunk('b', { document: sent(document(600)) })], 599],
    ['reads', [patchPage('a', 1, 'merge-patch', {})], 1001],
    ['brings and appends', [createChunk('b', { document: sent(document(600)) })], 1199],
    ['brings, reads and appends', [savePage('a', 1, document(500))], 1999],
  ])('when it %s more than it may, and taken when it is just that', (_what, commands, weightBytes) => {
    const scene = given(page).when(commands, limited(weightBytes));
    scene.then(refused('too-much-work', { limitBytes: weightBytes }));
    expect(scene.outcome).toMatchObject({ kind: 'refused', index: 0 });
    accepted(scene.installation.submit(commands, limited(weightBytes + 601)));
  });

  it('at the command that passes the bound, whole', () => {
    const saves = [document(600, 'b'), document(600, 'c'), document(600, 'd')].map((value, index) =>
      savePage('a', index + 1, value),
    );
    // 600 + 1000 + 600, then 600 + 600 + 600 each.
    const scene = given(page).when(saves, limited(4000));
    expect(scene.outcome).toMatchObject({ kind: 'refused', index: 2, position: 1 });
    scene.then(refused('too-much-work', { limitBytes: 4000 }));
    accepted(scene.installation.submit(saves, limited(5800)));
  });

  it('for the views that a restored version brings along', () => {
    const video = { _type: 'video', _id: 'v', url: 'https://example.org/v' };
    const newer = { type: 'page', schemaVersion: 4, document: sent({ title: 'a', blocks: [video] }) };
    const { installation } = given(createChunk('a', newer)).when([]);
    const [created] = installation.accept(publishPage('a'), { answersAt: [1] }).results;
    const seen = JSON.parse((created?.kind === 'page' && created.page.content) || '') as object;
    installation.accept(savePage('a', 1, { ...seen, title: 'older' }));
    installation.accept(savePage('a', 2, { ...seen, title: 'again' }));
    const restored = installation.submit(restorePage('a', 3, 2), limited(10));
    expect(restored).toMatchObject({ kind: 'refused', refusal: { code: 'too-much-work' } });
    accepted(installation.submit(restorePage('a', 3, 2), limited(10_000)));
  });

  it('when its answer would be too long: for titles, too', () => {
    const title = 'x'.repeat(5000);
    const { installation } = given(createChunk('a', { document: sent({ title }) })).when([]);
    const shown = installation.submit(publishPage('a'), limited(0, 10_000));
    expect(shown).toMatchObject({ kind: 'refused', refusal: { code: 'too-much-work' } });
    const plain = { ...limited(0, 10_000), isWithoutContent: true };
    const twice = installation.submit([publishPage('a'), publishPage('a')], plain);
    expect(twice).toMatchObject({ kind: 'refused', index: 1, refusal: { code: 'too-much-work' } });
    const [result] = installation.accept(publishPage('a'), plain).results;
    expect(result).toMatchObject({ page: { content: null, view: { title } } });
  });
});

it('A change set without limits may be of any weight', () => {
  accepted(given(page).when(Array(100).fill(patchPage('a', 1, 'merge-patch', {}))).outcome);
});

it('A batch that is repeated is not weighed, but for what it is answered', () => {
  const idempotency = { token: 't', key: 'k', digest: '00' };
  const over = { ...limited(5000), idempotency };
  const { installation, outcome } = given(page).when(savePage('a', 1, document(500)), over);
  const again = installation.submit(savePage('a', 1, document(500)), { ...limited(0), idempotency });
  expect(again).toEqual({ ...accepted(outcome), repeated: true });
  const long = installation.submit(savePage('a', 1, document(500)), { ...limited(0, 100), idempotency });
  expect(long).toMatchObject({ kind: 'refused', refusal: { code: 'too-much-work' } });
});

describe('A write for whose answer room was kept', () => {
  const idempotency = { token: 't', key: 'k', digest: '00' };
  const grown = createChunk('a', { document: sent(document(200_000)) });
  const patch = patchPage('a', 1, 'merge-patch', { n: 1 });

  it('is refused when the page has become much larger meanwhile, and nothing is appended', () => {
    const { installation, outcome } = given(grown).when([publishPage('a'), patch], { roomBytes: 1000 });
    expect(outcome).toMatchObject({ kind: 'refused', index: 0, refusal: { code: 'too-many-requests' } });
    expect(installation.submit(patch, { roomBytes: 200_000 })).toMatchObject({
      kind: 'accepted',
      position: 2,
    });
  });

  it('is taken when the answer shows nothing, or as much as a patch may write anew', () => {
    accepted(given(grown).when([publishPage('a'), patch], { roomBytes: 0, isWithoutContent: true }).outcome);
    accepted(given(grown).when(patch, { roomBytes: 40_000 }).outcome);
  });

  it('and that is repeated, too', () => {
    const { installation, outcome } = given(grown).when(patch, { idempotency });
    const again = installation.submit(patch, { roomBytes: 1000, idempotency });
    expect(again).toMatchObject({ kind: 'refused', refusal: { code: 'too-many-requests' } });
    expect(installation.submit(patch, { roomBytes: 200_000, idempotency })).toEqual({
      ...accepted(outcome),
      repeated: true,
    });
  });
});
