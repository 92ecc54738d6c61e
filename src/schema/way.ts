import { checkedBy, type ContentTypes } from './content-types.js';
import { sameJson, type JsonObject } from './json/json.js';
import type { JsonSchema } from './json-schema.js';
import type { OnClear, Path } from './operations/operation.js';
import type { BoundRung, TypeStep } from './rung.js';
import type { SchemaVersion } from './schema-version.js';

/** One rung of a way, with something to do on it. */
export interface Leg {
  /** The schema version that this leg leads to. */
  readonly to: number;
  readonly steps: ReadonlyMap<string, TypeStep>;
  readonly isOpaque: boolean;
}

/** What a merge has to know about the fields of a type, where content has come a certain way. */
export interface MergeRules {
  readonly together: readonly (readonly Path[])[];
  readonly heads: readonly { readonly path: Path; readonly onClear: OnClear }[];
}

/** How content gets from one schema version to another. */
export interface Way {
  readonly direction: 'up' | 'down';
  readonly legs: readonly Leg[];
  /** Names of all types that some leg has something to do with. */
  readonly touches: ReadonlySet<string>;
  /** The same, and those by whose schema a document may be right at one end and wrong at the other. */
  readonly concerns: ReadonlySet<string>;
  /** By the type's name where the way ends; a type without an entry has no rules. */
  readonly rules: ReadonlyMap<string, MergeRules>;
}

/** Rungs that touch nothing are left out. The caller has made sure that there is a way. */
export function wayBetween(versions: readonly SchemaVersion[], from: number, to: number): Way {
  const direction = to >= from ? 'up' : 'down';
  const rungs = direction === 'up' ? versions.slice(from, to) : versions.slice(to, from).reverse();
  const legs = rungs
    .map(({ version, rung }): Leg => {
      const steps = rung[direction];
      return {
        to: direction === 'up' ? version : version - 1,
        steps,
        isOpaque: [...steps.values()].some((step) => step.isOpaque),
      };
    })
    .filter(({ steps }) => steps.size > 0);
  const touches = legs.flatMap(({ steps }) => [...steps.keys()]);
  return {
    direction,
    legs,
    touches: new Set(touches),
    concerns: new Set([...touches, ...differing(versions[from - 1]?.types, versions[to - 1]?.types)]),
    rules: rungs.reduce<RulesByType>(
      (rules, { rung }) => (direction === 'up' ? rulesAbove(rules, rung) : rulesBelow(rules, rung)),
      new Map(),
    ),
  };
}

/** Names of types by whose schemas two schema versions don't let in the same. */
function differing(ours: ContentTypes | undefined, theirs: ContentTypes | undefined): readonly string[] {
  const all = (types: ContentTypes | undefined) =>
    new Map([...(types?.pages ?? []), ...(types?.blocks ?? [])]);
  const [here, there] = [all(ours), all(theirs)];
  return [...here.keys(), ...there.keys()].filter((name) => !isSame(here.get(name), there.get(name)));
}

function isSame(a: JsonSchema | undefined, b: JsonSchema | undefined): boolean {
  if (a === b || !a || !b) return a === b;
  return sameJson(checkedBy(a) as JsonObject, checkedBy(b) as JsonObject); // they were read from JSON, or could be
}

type RulesByType = ReadonlyMap<string, MergeRules>;
const none: MergeRules = { together: [], heads: [] };

/** Rules for the types above a rung: those from further below, where their fields have gone, and the rung's own. */
function rulesAbove(below: RulesByType, rung: BoundRung): RulesByType {
  const above = new Map<string, MergeRules>();
  for (const name of new Set([...below.keys(), ...rung.fields.keys()])) {
    const fields = rung.fields.get(name);
    const rules = below.get(name) ?? none;
    const carried = fields ? tracked(rules, fields.track.up) : rules;
    const own = fields ? { together: fields.together.above, heads: fields.heads.above } : none;
    for (const type of rung.up.get(name)?.becomes ?? [name]) add(above, type, joined(carried, own));
  }
  return above;
}

function rulesBelow(above: RulesByType, rung: BoundRung): RulesByType {
  const below = new Map<string, MergeRules>();
  for (const [name, rules] of above) {
    for (const type of rung.down.get(name)?.becomes ?? [name]) {
      const fields = rung.fields.get(type);
      add(below, type, fields ? tracked(rules, fields.track.down) : rules);
    }
  }
  for (const [type, { together, heads }] of rung.fields) {
    add(below, type, { together: together.below, heads: heads.below });
  }
  return below;
}

function add(rules: Map<string, MergeRules>, type: string, more: MergeRules): void {
  if (more.together.length + more.heads.length === 0) return;
  rules.set(type, joined(rules.get(type) ?? none, more));
}

function joined(a: MergeRules, b: MergeRules): MergeRules {
  return { together: [...a.together, ...b.together], heads: [...a.heads, ...b.heads] };
}

function tracked({ together, heads }: MergeRules, track: (path: Path) => Path | null): MergeRules {
  const follow = (path: Path): readonly Path[] => {
    const there = track(path);
    return there ? [there] : [];
  };
  return {
    together: together.map((group) => distinct(group.flatMap(follow))).filter((group) => group.length > 1),
    // The items are followed, not the list: where they are items no more, it is a list no more.
    heads: heads.flatMap(({ path, onClear }) => {
      const items = track([...path, '*']);
      return items?.at(-1) === '*' ? [{ path: items.slice(0, -1), onClear }] : [];
    }),
  };
}

/** Two fields of a group may have become one. */
function distinct(paths: readonly Path[]): readonly Path[] {
  return [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()];
}
