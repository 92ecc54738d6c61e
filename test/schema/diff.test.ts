import fc from 'fast-check';
import { applyPatch } from 'rfc6902';
import { changedPointers, diffJson } from '../../src/schema/json/diff.js';
import {
  isArray,
  isObject,
  type JsonObject,
  type JsonValue,
  member,
  sameJson,
} from '../../src/schema/json/json.js';
import { applyJsonPatch, type PatchOperation } from '../../src/schema/json/json-patch.js';
import { parsePointer } from '../../src/schema/json/pointer.js';
import { anyJson } from './any-json.js';

const block = (id: string, text = id): JsonObject => ({ _id: id, text });
const blocks = (ids: string): JsonValue => ({ blocks: Array.from(ids, (id) => block(id)) });

describe('diffJson says', () => {
  it.each<[string, JsonValue, JsonValue, PatchOperation[]]>([
    ['nothing for the same value', { a: [0, { b: 1, c: 2 }] }, { a: [-0, { c: 2, b: 1 }] }, []],
    [
      'remove, replace and add for members',
      { a: 1, 'b/~': 2, c: 3 },
      { 'b/~': 4, c: 3, '': 5 },
      [
        { op: 'remove', path: '/a' },
        { op: 'replace', path: '/b~1~0', value: 4 },
        { op: 'add', path: '/', value: 5 },
      ],
    ],
    ['replace for another kind', { a: [] }, { a: {} }, [{ op: 'replace', path: '/a', value: {} }]],
    ['replace for the root', [1], { a: 1 }, [{ op: 'replace', path: '', value: { a: 1 } }]],
    ['add in the middle', ['a', 'c'], ['a', 'b', 'c'], [{ op: 'add', path: '/1', value: 'b' }]],
    [
      'remove from the end on',
      [1, 2, 3, 4],
      [1, 4],
      [
        { op: 'remove', path: '/2' },
        { op: 'remove', path: '/1' },
      ],
    ],
    ['a change inside a pair', [{ a: 1 }, 2], [{ a: 3 }, 2], [{ op: 'replace', path: '/0/a', value: 3 }]],
    [
      'one move to the end',
      blocks('abcde'),
      blocks('bcdea'),
      [{ op: 'move', from: '/blocks/0', path: '/blocks/4' }],
    ],
    [
      'one move to the start',
      blocks('abcde'),
      blocks('eabcd'),
      [{ op: 'move', from: '/blocks/4', path: '/blocks/0' }],
    ],
    [
      'moves with additions and removals',
      blocks('abcd'),
      blocks('xdab'),
      [
        { op: 'remove', path: '/blocks/2' },
        { op: 'add', path: '/blocks/0', value: block('x') },
        { op: 'move', from: '/blocks/3', path: '/blocks/1' },
      ],
    ],
    [
      'a change in a moved block at its new place',
      [block('a'), block('b'), block('c')],
      [block('b'), block('c'), block('a', 'new')],
      [
        { op: 'move', from: '/0', path: '/2' },
        { op: 'replace', path: '/2/text', value: 'new' },
      ],
    ],
    [
      'changes by position when an _id repeats',
      [block('a', '1'), block('a', '2')],
      [block('a', '2'), block('a', '1')],
      [
        { op: 'replace', path: '/0/text', value: '2' },
        { op: 'replace', path: '/1/text', value: '1' },
      ],
    ],
  ])('%s', (_name, from, to, operations) => {
    expect(diffJson(from, to)).toEqual(operations);
  });
});

describe('A diff, applied,', () => {
  const wrapped = fc
    .tuple(anyJson, anyJson)
    .map(([from, to]): [JsonObject, JsonObject] => [{ d: from }, { d: to }]);

  it('makes one value of the other', () => {
    fc.assert(
      fc.property(wrapped, ([from, to]) => {
        // `_id`s repeat between the branches of these values, which no document may.
        const hidden = (value: JsonValue): JsonValue =>
          JSON.parse(JSON.stringify(value).replaceAll('"_id"', '"id"')) as JsonValue;
        const patch = hidden(diffJson(from, to).map(renameIdInPaths));
        const result = applyJsonPatch(hidden(from) as JsonObject, patch, 1_000_000);
        expect(sameJson(result, hidden(to))).toBe(true);
      }),
      {
        numRuns: 500,
        examples: [
          [[{ d: { _id: [{ _id: 't' }, { _id: 'r' }] } }, { d: { _id: [{ _id: 'r' }, { _id: 't' }] } }]],
        ],
      },
    );
  });

  it('makes it by the rfc6902 library too, where that handles the keys', () => {
    const plain = ([from, to]: [JsonObject, JsonObject]): [JsonObject, JsonObject] =>
      JSON.parse(JSON.stringify([from, to]).replaceAll(/__proto__|constructor|toString/g, 'p')) as [
        JsonObject,
        JsonObject,
      ];
    fc.assert(
      fc.property(wrapped.map(plain), ([from, to]) => {
        const target = copyOf(from);
        const errors = applyPatch(target, copyOf(diffJson(from, to)));
        expect(errors.filter((error) => error !== null)).toEqual([]);
        expect(sameJson(target, to)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('arranges blocks with as few moves as can be', () => {
    const orders = fc.shuffledSubarray(Array.from('abcdefgh'));
    fc.assert(
      fc.property(orders, orders, (from, to) => {
        const operations = diffJson(blocks(from.join('')), blocks(to.join('')));
        const kept = to.filter((id) => from.includes(id)).map((id) => from.indexOf(id));
        const moves = operations.filter(({ op }) => op === 'move').length;
        expect(moves).toBe(kept.length - longestAscending(kept));
        expect(operations.length - moves).toBe(from.length + to.length - 2 * kept.length);
        const document = blocks(from.join('')) as JsonObject;
        expect(applyJsonPatch(document, operations as unknown as JsonValue, 10_000)).toEqual(
          blocks(to.join('')),
        );
      }),
      { numRuns: 500 },
    );
  });
});

/** By way of text: what structuredClone makes under Jest the library doesn't take for arrays. */
function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function renameIdInPaths(operation: PatchOperation): PatchOperation {
  const renamed = (pointer: string): string => pointer.replaceAll(/_id(?=\/|$)/g, 'id');
  const path = renamed(operation.path);
  return operation.op === 'move'
    ? { ...operation, from: renamed(operation.from), path }
    : { ...operation, path };
}

function longestAscending(numbers: readonly number[]): number {
  const lengths: number[] = [];
  for (const [i, number] of numbers.entries()) {
    lengths.push(1 + Math.max(0, ...lengths.filter((_, j) => (numbers[j] ?? 0) < number && j < i)));
  }
  return Math.max(0, ...lengths);
}

describe('changedPointers', () => {
  it.each<[JsonValue, JsonValue, string[]]>([
    [{ a: 1 }, { a: 1 }, []],
    [{ title: 'x', same: 1 }, { title: 'y', same: 1 }, ['/title']],
    [{ a: 1 }, { b: 1 }, ['/a', '/b']],
    [{ a: null }, {}, ['/a']],
    [{ a: { b: [1] } }, { a: { b: [{}] } }, ['/a/b/0']],
    [[1], {}, ['']],
    [{ blocks: [block('a'), block('b')] }, { blocks: [block('a'), block('b', 'new')] }, ['/blocks/1/text']],
    [blocks('abc'), blocks('axc'), ['/blocks/1']],
    [blocks('abcd'), blocks('bcda'), ['/blocks/3']],
    [{ tags: ['a', 'b', 'c'] }, { tags: ['a', 'c'] }, ['/tags/1']],
  ])('from %j to %j are %j', (from, to, pointers) => {
    expect(changedPointers(from, to, 10)).toEqual(pointers);
  });

  it('are at most as many as asked for', () => {
    const [from, to] = [{ a: 1, b: 1, c: [1, 2, 3] }, {}];
    expect([0, 1, 2, 3, 4].map((limit) => changedPointers(from, to, limit).length)).toEqual([0, 1, 2, 3, 3]);
  });

  it('are distinct, exist on one side, and are none exactly when nothing differs', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (from, to) => {
        const pointers = changedPointers(from, to, 1000);
        expect(new Set(pointers).size).toBe(pointers.length);
        expect(pointers.filter((pointer) => !exists(from, pointer) && !exists(to, pointer))).toEqual([]);
        expect(pointers.length === 0).toBe(sameJson(from, to));
      }),
    );
  });
});

function exists(value: JsonValue, pointer: string): boolean {
  let at: JsonValue | undefined = value;
  for (const token of parsePointer(pointer) ?? []) {
    if (isObject(at)) at = member(at, token);
    else at = isArray(at) ? at[Number(token)] : undefined;
  }
  return at !== undefined;
}

describe('The work of a diff', () => {
  const workOf = (from: JsonValue, to: JsonValue): number => {
    let work = 0;
    diffJson(from, to, (values) => {
      work += values;
    });
    return work;
  };

  it('grows with what there is to look at', () => {
    const numbers = (length: number, first: number): number[] =>
      Array.from({ length }, (_, i) => (i + first) % 7);
    const short = workOf(numbers(1000, 0), numbers(1000, 1));
    const long = workOf(numbers(10_000, 0), numbers(10_000, 1));
    expect(long / short).toBeGreaterThan(9);
    expect(long / short).toBeLessThan(12);
  });

  it('counts what is compared again at each level', () => {
    const nested = (levels: number, innermost: number): JsonValue => {
      let value: JsonValue = innermost;
      for (let level = 0; level < levels; level++) value = [[1, 2, 3], value];
      return value;
    };
    expect(workOf(nested(100, 1), nested(100, 2))).toBeGreaterThan(100 * 100);
  });

  it('counts the names above', () => {
    const under = (name: string, value: number): JsonValue => ({ [name]: [value, [value]] });
    const [short, long] = ['a', 'a'.repeat(40_000)].map((name) => workOf(under(name, 1), under(name, 2)));
    expect((long ?? 0) - (short ?? 0)).toBeGreaterThanOrEqual(2 * 9_999);
  });

  it('ends where it is told to', () => {
    const stop = (): never => {
      throw new Error('enough');
    };
    expect(() => diffJson([1], [2], stop)).toThrow('enough');
  });
});
