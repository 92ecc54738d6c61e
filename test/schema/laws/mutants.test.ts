import { mutant, type Mutation } from './mutant.js';

/** Faults that machinery of this kind is known to have had, here or elsewhere. */
const faults: Readonly<Record<string, Mutation>> = {
  'items of lists are paired by their place': {
    file: 'merge/pair-items.ts',
    snippet: '  const shorter = Math.min(from.length, to.length);',
    by: '  const shorter = Math.min(from.length, to.length);\n  if (shorter >= 0) return to.map((_, index) => (index < from.length ? index : -1));',
  },
  'the declared key of a list is not looked at': {
    file: 'merge/merge-point.ts',
    snippet: "  return typeof key === 'string' ? key : undefined;",
    by: '  return key === schema ? String(key) : undefined;',
  },
  'blocks are known in their own list only': {
    file: 'merge/places.ts',
    snippet: '    if (id !== undefined && !places.has(id)) places.set(id, value);',
    by: '    if (id !== undefined) {\n      places.set(id, value);\n      return;\n    }',
  },
  'a restored version is saved anew': {
    file: 'laws/history.ts',
    snippet:
      'return restored(contentVersion(versions, versions.length), contentVersion(versions, step.restored));',
    by: `{
    const { schemaVersion, document } = contentVersion(versions, step.restored);
    const base = contentVersion(versions, versions.length);
    return saved(ladder, base, { schemaVersion, document, copies: new Map() }, () => undefined).version;
  }`,
  },
  'rungs come in the same order on the way down': {
    file: 'way.ts',
    snippet: 'versions.slice(to, from).reverse()',
    by: 'versions.slice(to, from)',
  },
  'operations come in the same order on the way down': {
    file: 'operations/sequence.ts',
    snippet: 'const back = steps.toReversed();',
    by: 'const back = steps;',
  },
  'a default is filled in again': {
    file: 'merge/merge.ts',
    snippet: '    if (this.staysAway(base, mine)) return undefined;\n',
    by: '',
  },
  'the other side wins': {
    file: 'merge/merge.ts',
    snippet: `    if (base === undefined || !sameJson(other, base)) this.overwritten.push(at.pointer);
    return this.resolve(at, mine);
  }

  /** What the client has and readers here don't`,
    by: `    return this.sight.keep(other, mine);
  }

  /** What the client has and readers here don't`,
  },
  'fields that go together go alone': {
    file: 'merge/fields-together.ts',
    snippet: 'if (names.length < 2) continue;',
    by: 'if (names.length >= 0) continue;',
  },
  'a group decides about the fields beside it': {
    file: 'merge/fields-together.ts',
    snippet:
      "    const names = group.flatMap((path) => (isChild(path, at.path) ? [path[path.length - 1] ?? ''] : []));",
    by: `    const own = group.flatMap((path) => (isChild(path, at.path) ? [path[path.length - 1] ?? ''] : []));
      const names = own.length < 2 ? own : [...new Set([...Object.keys(mine), ...Object.keys(other)])];`,
  },
  'hidden blocks come back at the end': {
    file: 'merge/merge-lists.ts',
    snippet: '  const survivors = new Set(items.map(({ other }) => other));',
    by: `  if (hidden.length > 0) {
    return [...items, ...hidden.map(hiddenItem)].map(({ value }) => value).filter((value) => value !== undefined);
  }
  const survivors = new Set(items.map(({ other }) => other));`,
  },
  'hidden blocks do not come back': {
    file: 'merge/merge-lists.ts',
    snippet: '(behind.get(index) ?? []).map(hiddenItem);',
    by: '(behind.get(index) ?? []).slice(0, 0).map(hiddenItem);',
  },
  'what a new name shadows gets through': {
    file: 'operations/add.ts',
    snippet: 'place(object, name, value === undefined ? undefined : copyJson(value));',
    by: 'if (!Object.hasOwn(object, name)) place(object, name, value === undefined ? undefined : copyJson(value));',
  },
  'placeholders take the place of what they stand for': {
    file: 'merge/merge.ts',
    snippet: 'if (isUnchanged && this.sight.isAlone(mine, other)) return other;',
    by: 'if (isUnchanged && isStandIn(mine)) return mine;',
  },
  'what a client says of copies is not heard': {
    file: 'merge/merge.ts',
    snippet: 'new Merging(save, context)',
    by: 'new Merging({ ...save, copies: new Map() }, context)',
  },
  'items of base and other are aligned by their values': {
    file: 'merge/list-tokens.ts',
    snippet: 'return known?.length === list.length ? known : undefined;',
    by: 'return known?.length === -1 ? known : undefined;',
  },
  'a long list is paired by position': {
    file: 'merge/pair-items.ts',
    snippet: '    const unique = this.looks > looksLimit ? [] : this.unique(left);',
    by: '    if (this.looks >= 0) return [];\n    const unique = this.looks > looksLimit ? [] : this.unique(left);',
  },
  'a key is taken that the client did not see': {
    file: 'merge/recognise-items.ts',
    snippet: 'const origins = itemOrigins(was, is, keyOf(at), true, this.means.spend);',
    by: "const origins = itemOrigins(was, is, 'href', true, this.means.spend);",
  },
  'a group decides about blocks': {
    file: 'merge/merge.ts',
    snippet: 'if (isSlot(base) || isSlot(mine) || isSlot(other)) return this.value(at, base, mine, other);',
    by: '',
  },
  'a block that comes back is not looked up': {
    file: 'merge/last-seen.ts',
    snippet: 'if (had) found.set(',
    by: 'if (had && found.size < 0) found.set(',
  },
  'items are known by numbers that are not theirs': {
    file: 'merge/list-partners.ts',
    snippet: 'const byToken = mineToken === unknownItem ? undefined : otherByToken.get(mineToken);',
    by: 'const byToken = mineToken === unknownItem ? undefined : mine.length - 1 - index;',
  },
  'what saves without a merge took away is forgotten': {
    file: 'merge/plain-run.ts',
    snippet: 'if (gone.size === 0) return base.lastSeen;',
    by: 'if (gone.size >= 0) return base.lastSeen;',
  },
  'a default is shared': {
    file: 'operations/add.ts',
    snippet: 'value === undefined ? undefined : copyJson(value)',
    by: 'value',
  },
};

test('the laws hold where nothing is wrong', async () => {
  const firstViolation = await mutant();
  expect(firstViolation()).toBeUndefined();
});

test.each(Object.entries(faults))('the laws find it when %s', async (_fault, mutation) => {
  const firstViolation = await mutant(mutation);
  expect(firstViolation()).toBeDefined();
});

test('a fault that can be put nowhere is no fault that was found', async () => {
  await expect(mutant({ file: 'merge/merge.ts', snippet: 'no such line', by: '' })).rejects.toThrow(
    'found it 0 times',
  );
});
