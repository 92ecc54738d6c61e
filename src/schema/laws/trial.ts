import { convert, type Converted } from '../conversion.js';
import { copyJson, type JsonObject } from '../json/json.js';
import type { Ladder } from '../ladder.js';

/** One thing that was done to a page; each makes a content version on top of the one before. */
export type Step =
  | { readonly kind: 'create'; readonly schemaVersion: number; readonly document: JsonObject }
  | {
      readonly kind: 'save';
      readonly schemaVersion: number;
      readonly document: JsonObject;
      /** `_id` of a block → `_id` of the block that it is a copy of. */
      readonly copies: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'restore';
      /** Content version: 1, 2, 3 … */
      readonly restored: number;
    };

/** What was done to a page, in order; the first step creates it. */
export type History = readonly Step[];

/** What a law is tried on: one page, and what was done to it. */
export interface Trial {
  /** The schema versions between which it is tried: of a document the one it is in, and the one it is to be seen at. */
  readonly from: number;
  readonly to: number;
  /** Page type. */
  readonly type: string;
  readonly history: History;
}

/** The document that a trial begins with. @throws Error where there is none */
export function documentOf({ history: [first] }: Trial): JsonObject {
  if (first?.kind === 'create') return first.document;
  throw new Error('a history begins with { kind: "create" }');
}

/** A document at another schema version; it stays what it is. */
export function converted(
  ladder: Ladder,
  type: string,
  document: JsonObject,
  from: number,
  to: number,
): Converted {
  return convert(ladder, type, copyJson(document), from, to);
}

/** From one schema version to another, ends included, whichever is the higher. */
export function versionsBetween({ from, to }: Trial): readonly number[] {
  const low = Math.min(from, to);
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => low + index);
}
