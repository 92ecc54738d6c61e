import { convert, type BrokenBlock, type Converted } from './conversion.js';
import { copyJson, sameJson, type JsonObject } from './json.js';
import type { Ladder } from './ladder.js';
import { merge } from './merge.js';

/** A content version: what was sent, and what is known of how it looks at other schema versions. */
export interface StoredVersion {
  /** Page type. */
  readonly type: string;
  /** The schema version that the document was sent in. */
  readonly schemaVersion: number;
  readonly document: JsonObject;
  /** How it looks where that differs from plain conversion, by schema version. */
  readonly views: ReadonlyMap<number, JsonObject>;
}

/** What a client sends on top of a version. */
export interface SentVersion {
  readonly schemaVersion: number;
  readonly document: JsonObject;
  /** `_id` of a block → `_id` of the block that it is a copy of. */
  readonly copies: ReadonlyMap<string, string>;
}

/** A place where a save replaced something that its author could not see in full. */
export interface Overwritten {
  readonly schemaVersion: number;
  readonly pointer: string;
}

export interface Saved {
  readonly version: StoredVersion;
  readonly overwritten: readonly Overwritten[];
  /** Blocks of the document that can't be seen at some schema version. */
  readonly broken: readonly BrokenBlock[];
}

/** A version as `view` shows it, and the blocks that could not be converted. */
export interface View {
  readonly content: JsonObject;
  readonly broken: readonly BrokenBlock[];
}

/** `V(i,t)` of a page's first version: plain conversion everywhere. */
export function created(type: string, schemaVersion: number, document: JsonObject): StoredVersion {
  return { type, schemaVersion, document, views: new Map() };
}

/**
 * `V(i,t)`: a version as clients at schema version `t` see it. At the version it was sent in, it is the document.
 * @throws Error where no way leads to that schema version
 */
export function view(ladder: Ladder, version: StoredVersion, schemaVersion: number): View {
  if (schemaVersion === version.schemaVersion) return { content: version.document, broken: [] };
  const known = version.views.get(schemaVersion);
  if (known) return { content: known, broken: [] };
  return convert(ladder, version.type, copyJson(version.document), version.schemaVersion, schemaVersion);
}

export function viewAt(ladder: Ladder, version: StoredVersion, schemaVersion: number): JsonObject {
  return view(ladder, version, schemaVersion).content;
}

/**
 * The version that a save makes of the one below it. At every schema version that there is a way to, three views meet:
 * what the client saw, what it sent, and what readers there had. Restored versions need nothing of the kind: they are
 * the old version again, with all its views.
 */
export function saved(ladder: Ladder, base: StoredVersion, sent: SentVersion): Saved {
  const { type } = base;
  const { schemaVersion, document, copies } = sent;
  const views = new Map<number, JsonObject>();
  const overwritten: Overwritten[] = [];
  const broken: BrokenBlock[] = [];
  const version: StoredVersion = { type, schemaVersion, document, views };
  // Where every view is a plain conversion, so is every view of a save at the same schema version.
  if (base.views.size === 0 && base.schemaVersion === schemaVersion) return { version, overwritten, broken };

  const seen = viewAt(ladder, base, schemaVersion);
  for (const { version: there } of ladder.versions) {
    if (there === schemaVersion || !ladder.leads(schemaVersion, there)) continue;
    const convertHere = (content: JsonObject): Converted =>
      convert(ladder, type, copyJson(content), schemaVersion, there);
    const { content: mine, broken: brokenHere } = convertHere(document);
    broken.push(...brokenHere);
    // No view there that anybody could have had: nothing but what this client sent.
    if (!ladder.leads(base.schemaVersion, there) && !base.views.has(there)) continue;
    const { types } = ladder.at(there);
    const merged = merge(
      { base: convertHere(seen).content, mine, other: viewAt(ladder, base, there), copies },
      {
        type,
        schemaOf: (name) => types.pages.get(name) ?? types.blocks.get(name),
        rules: ladder.way(schemaVersion, there).rules,
      },
    );
    for (const pointer of merged.overwritten) overwritten.push({ schemaVersion: there, pointer });
    if (!sameJson(merged.content, mine)) views.set(there, merged.content);
  }
  return { version, overwritten, broken };
}
