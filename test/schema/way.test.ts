import { declare, migration } from '../../src/schema/migration.js';
import { ladderOf } from './ladder-of.js';

const first = declare({
  title: 'Notes',
  types: {
    note: { type: 'object', properties: { text: { type: 'string', maxLength: 9 }, of: { type: 'string' } } },
    other: { type: 'object' },
  },
});

test('a rung that only says what a field refers to touches and concerns nothing, either way', () => {
  const ladder = ladderOf(
    first,
    migration({
      title: 'Says more',
      types: { note: (type) => type.relax('of', { type: 'string', 'x-reference': 'page' }) },
    }),
  );
  for (const way of [ladder.way(1, 2), ladder.way(2, 1)])
    expect([way.legs, [...way.touches], [...way.concerns]]).toEqual([[], [], []]);
});

test('one that loosens a limit changes nothing on the way up, where more is let in, and cuts on the way down', () => {
  const ladder = ladderOf(
    first,
    migration({ title: 'Longer', types: { note: (type) => type.relax('text', { type: 'string' }) } }),
  );
  const [up, down] = [ladder.way(1, 2), ladder.way(2, 1)];
  expect([[...up.touches], [...up.concerns]]).toEqual([[], ['note']]);
  expect([[...down.touches], [...down.concerns]]).toEqual([['note'], ['note']]);
});
