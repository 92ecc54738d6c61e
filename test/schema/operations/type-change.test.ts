import { inSequence } from '../../../src/schema/operations/sequence.js';
import { TypeChange } from '../../../src/schema/operations/type-change.js';
import { down, objectOf, openFields, up } from './bound.js';

it('A rung reads as it is said', () => {
  const change = new TypeChange()
    .rename({ picture: 'media', caption: 'alt' })
    .in('media', (m) => m.add('focal', {}, { default: { x: 0.5, y: 0.5 } }))
    .wrap('cta', { as: 'ctas', onClear: 'shift' })
    .convert('tone', { up: { plain: 0, loud: 9 }, down: { 0: 'plain', 5: 'plain', 9: 'loud' } });
  const bound = inSequence(change.operations).bind(
    objectOf({ picture: openFields('src'), caption: {}, cta: {}, tone: { enum: ['plain', 'loud'] } }),
  );
  const below = { picture: { src: 's' }, caption: 'c', cta: { label: 'l' }, tone: 'loud' };
  const above = {
    media: { src: 's', focal: { x: 0.5, y: 0.5 } },
    alt: 'c',
    ctas: [{ label: 'l' }],
    tone: 9,
  };
  expect(up(bound, below)).toEqual(above);
  expect(down(bound, above)).toEqual(below);
});

it('Every operation has its method', () => {
  const field = objectOf({ name: {} });
  const change = new TypeChange()
    .add('added', {})
    .remove('gone')
    .each('list', (item) => item.rename({ a: 'b' }))
    .eachValue('byName', (value) => value.remove('a'))
    .hoist('a', { from: 'host' })
    .plunge('a', { into: 'host' })
    .head('tags', { as: 'tag' })
    .split('text', { into: ['p', 'q'], at: ' ' })
    .merge(['p', 'q'], { as: 'text', with: ' ' })
    .relax('title', {})
    .code({ reads: ['title'], writes: ['title'], up: (fields) => fields, down: (fields) => fields })
    .irreversible('for good');
  const bound = inSequence(change.operations).bind(
    objectOf({
      gone: {},
      list: { items: openFields('a') },
      byName: { additionalProperties: openFields('a') },
      host: openFields('a'),
      tags: {},
      text: {},
      title: { maxLength: 3 },
      field,
    }),
  );
  expect(bound.irreversible).toBe('for good');
  expect(up(bound, { gone: 1, list: [{ a: 1 }], tags: [1, 2], text: 'a b' })).toEqual({
    list: [{ b: 1 }],
    tag: 1,
    text: 'a b',
  });
});

it('A type change never changes: two can start from one', () => {
  const start = new TypeChange().remove('a');
  expect(start.remove('b').operations).toHaveLength(2);
  expect(start.operations).toHaveLength(1);
});
