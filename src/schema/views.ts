import { convert } from './conversion.js';
import { copyWithTokens, numberItems } from './merge/item-tokens.js';
import type { JsonObject } from './json/json.js';
import type { Ladder } from './ladder.js';

/** A content version: what was sent, and what is known of how it looks at other schema versions. */
export interface StoredVersion {
  /** Content version. */
  readonly number: number;
  /** Page type. */
  readonly type: string;
  /** The schema version that the document was sent in. */
  readonly schemaVersion: number;
  readonly document: JsonObject;
  /** How it looks where that is not what a conversion makes of the next view towards the document, by schema version. */
  readonly views: ReadonlyMap<number, JsonObject>;
  /**
   * Which items of the lists in the document and the views are which, by schema version, as `printTokens` has it. Where
   * there are none for the document its items count up; of the items of a view nothing is known then.
   */
  readonly items: ReadonlyMap<number, readonly number[]>;
  readonly lastSeen: LastSeenVersions;
}

/**
 * By schema version and `_id`: blocks that clients there can't see any more, or only as `broken`; the content version that
 * shows them as they were.
 */
export type LastSeenVersions = ReadonlyMap<number, ReadonlyMap<string, number>>;

/** Finds an earlier content version of the page; nothing where its text was erased. */
export type EarlierVersion = (number: number) => StoredVersion | undefined;

export const nothing = new Map<never, never>();

/** `V(i,t)` of a page's first version: plain conversion everywhere. */
export function created(type: string, schemaVersion: number, document: JsonObject): StoredVersion {
  return { number: 1, type, schemaVersion, document, views: nothing, items: nothing, lastSeen: nothing };
}

/** The version that a restore makes: the old one again, with all its views. */
export function restored(base: StoredVersion, old: StoredVersion): StoredVersion {
  return { ...old, number: base.number + 1, lastSeen: base.lastSeen };
}

/**
 * `V(i,t)`: a version as clients at schema version `t` see it. At the version it was sent in, it is the document.
 * @throws Error where no way leads to that schema version
 */
export function viewAt(ladder: Ladder, version: StoredVersion, schemaVersion: number): JsonObject {
  if (schemaVersion === version.schemaVersion) return version.document;
  const at = nearestView(version, schemaVersion);
  const known = knownView(version, at) ?? numbered(version);
  if (at === schemaVersion) return known;
  return convert(ladder, version.type, copyWithTokens(known), at, schemaVersion).content;
}

/** The schema version of the view that one is converted from; that of the document where there is none on the way. */
function nearestView({ schemaVersion: from, views }: StoredVersion, to: number): number {
  let nearest = from;
  for (const at of views.keys()) {
    if (to > from ? at > nearest && at <= to : at < nearest && at >= to) nearest = at;
  }
  return nearest;
}

/** A view that is kept, in which it is known which items are which. */
export function knownView({ views, items }: StoredVersion, schemaVersion: number): JsonObject | undefined {
  const known = views.get(schemaVersion);
  return known && numberItems(known, items.get(schemaVersion) ?? []);
}

/** Whether a version looks at a schema version like a conversion of its document. */
export function isPlainAt(version: StoredVersion, schemaVersion: number): boolean {
  return nearestView(version, schemaVersion) === version.schemaVersion;
}

/** The document, whose items are known. */
export function numbered({ schemaVersion, document, items }: StoredVersion): JsonObject {
  return numberItems(document, items.get(schemaVersion));
}
