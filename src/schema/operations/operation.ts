import type { JsonSchema } from '../json-schema.js';
import type { JsonValue } from '../json/json.js';

/** An object that a conversion has to itself: parsed from text, or copied, and seen by nobody else. */
export type Draft = Record<string, JsonValue>;

/** A field within a content type: names from its root, `*` for every item of a list or value of a dictionary. */
export type Path = readonly string[];

/** The two sides of a rung: the schema version under it, and the one it leads to. */
export interface Sides<T> {
  readonly below: T;
  readonly above: T;
}

/** What clearing a single value does to the list that it is the head of: the next one moves up, or all go. */
export type OnClear = 'shift' | 'clear';

/** One reversible change of a content type, as a rung declares it. */
export interface Operation {
  /** What changes, for the changelog: "renames `picture` to `media`". */
  readonly summary: string;
  /**
   * Fits the operation to the type it is declared for.
   * @param before JSON Schema of the object below the rung
   * @throws Error that says what is wrong with the declaration: a field that is not there, one that is there already
   */
  bind(before: JsonSchema): BoundOperation;
}

/**
 * An operation on objects of one shape. Both ways are total: they never throw on stored JSON, and what doesn't match
 * passes through. Only somebody else's function (a `code`, a `convert` by functions) may make them throw, and then
 * the object is as it was. Missing, `null` and default stay three different things.
 *
 * A name that an operation brings in is a new field: whatever else stood under that name (open schemas keep unknown
 * fields) does not get through, neither up nor down.
 */
export interface BoundOperation {
  /** JSON Schema of the object above the rung. */
  readonly after: JsonSchema;
  readonly up: (object: Draft) => void;
  readonly down: (object: Draft) => void;
  /** Whether that leaves every object as it is: content that is not touched on its way need not be parsed. */
  readonly isIdle: { readonly up: boolean; readonly down: boolean };
  /** Where a field goes, `null` where it ends. */
  readonly track: { readonly up: (path: Path) => Path | null; readonly down: (path: Path) => Path | null };
  /** Every field that a field has a part in, where that may be several: only if `track`, which says one, can't. */
  readonly reach?: {
    readonly up: (path: Path) => readonly Path[];
    readonly down: (path: Path) => readonly Path[];
  };
  /** Fields that the other side can't see, or not as finely: what a way there and back may change. */
  readonly hidden: Sides<readonly Path[]>;
  /** Fields that mean something together only, so that an edit takes all or none of them. */
  readonly together: Sides<readonly (readonly Path[])[]>;
  /** Lists whose head is all that the other side sees. */
  readonly heads: Sides<readonly { readonly path: Path; readonly onClear: OnClear }[]>;
  /** Whether somebody else's function runs, which may make or move blocks. */
  readonly isOpaque: boolean;
  /** Why there is no way down; `null` where there is one. */
  readonly irreversible: string | null;
  /** What the author says is lost, beyond what `hidden` says. */
  readonly losses: { readonly up: string | null; readonly down: string | null };
}

/** What a bound operation is unless it says otherwise: it is not idle, tracks nothing, hides nothing, loses nothing. */
export const plain = {
  isIdle: { up: false, down: false },
  track: { up: (path: Path) => path, down: (path: Path) => path },
  hidden: { below: [], above: [] },
  together: { below: [], above: [] },
  heads: { below: [], above: [] },
  isOpaque: false,
  irreversible: null,
  losses: { up: null, down: null },
} as const satisfies Omit<BoundOperation, 'after' | 'up' | 'down'>;
