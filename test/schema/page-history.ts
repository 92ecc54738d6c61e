import type { JsonObject } from '../../src/schema/json/json.js';
import type { Ladder } from '../../src/schema/ladder.js';
import { saved, type Overwritten } from '../../src/schema/merge/saved.js';
import { created, restored, viewAt, type StoredVersion } from '../../src/schema/views.js';

/** The documents of these tests, as far as an edit looks into them. */
interface Seen extends Readonly<Record<string, unknown>> {
  readonly left: readonly Readonly<Record<string, unknown>>[];
  readonly right: readonly Readonly<Record<string, unknown>>[];
  readonly tags: readonly object[];
}

/** A page whose content versions are made one after another, each by a client at a schema version of its own. */
export class PageHistory {
  readonly versions: StoredVersion[];
  overwritten: readonly Overwritten[] = [];

  constructor(
    readonly ladder: Ladder,
    schemaVersion: number,
    document: JsonObject,
    type = 'page',
  ) {
    this.versions = [created(type, schemaVersion, document)];
  }

  get latest(): StoredVersion {
    return this.versions.at(-1) as StoredVersion; // there is always the first
  }

  /** What clients at a schema version see of a content version (1, 2, …; the latest unless given). */
  at(schemaVersion: number, version = this.versions.length): JsonObject {
    // A copy has nothing in it but JSON.
    return structuredClone(viewAt(this.ladder, this.versions[version - 1] ?? this.latest, schemaVersion));
  }

  /** A client at that schema version changes what it sees. */
  save(
    schemaVersion: number,
    edit: (seen: Seen) => object,
    copies: Readonly<Record<string, string>> = {},
  ): this {
    const document = edit(structuredClone(this.at(schemaVersion)) as unknown as Seen) as JsonObject;
    const sent = { schemaVersion, document, copies: new Map(Object.entries(copies)) };
    const made = saved(this.ladder, this.latest, sent, (number) => this.versions[number - 1]);
    this.versions.push(made.version);
    this.overwritten = made.overwritten;
    return this;
  }

  restore(version: number): this {
    this.versions.push(restored(this.latest, this.versions[version - 1] as StoredVersion));
    return this;
  }

  /** The latest version as seen at every schema version. */
  everywhere(version = this.versions.length): readonly JsonObject[] {
    return this.ladder.versions.map((there) => this.at(there.version, version));
  }
}
