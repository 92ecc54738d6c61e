import { Refusal } from '../refusal.js';
import { compileCheck, type ContentCheck, type ContentTypes } from './content-types.js';
import { requireNoFault, type Fault, type Faults } from './faults.js';
import type { JsonValue } from './json/json.js';
import type { Rung } from './migration.js';
import { bindDeclaration, bindMigration, type BoundRung } from './rung.js';
import { compileReferences, type ReferenceFinder } from './references.js';
import type { SchemaVersion } from './schema-version.js';
import type { SoundSlots } from './sound-slots.js';
import { wayBetween, type Way } from './way.js';

/** A rung as it stands in a ladder. `hash` is chained: it covers this rung and all below it (hex). */
export interface NamedRung {
  readonly name: string;
  readonly hash: string;
  readonly rung: Rung;
}

/** The schema versions that clients may use, from 1 to `finalized`. Built once, at start-up; never changes. */
export class Ladder {
  readonly versions: readonly SchemaVersion[];
  /** The newest schema version that clients may use; they wait for what is above until an upgrade is final. */
  readonly finalized: number;
  /** The lowest version that there is a way down to: no minimum can be lower. */
  readonly floor: number;
  private readonly checks = new Map<number, ContentCheck>();
  private readonly ways = new Map<string, Way>();
  private readonly references = new Map<number, ReturnType<typeof compileReferences>>();

  /**
   * @param newest the newest schema version that this program knows: clients may have to wait for some
   * @throws Error that names the rung and what is wrong with it
   */
  constructor(
    private readonly rungs: readonly NamedRung[],
    readonly newest = rungs.length,
  ) {
    this.versions = bindRungs(rungs);
    this.finalized = rungs.length;
    this.floor = this.versions.findLast(({ rung }) => rung.irreversible !== null)?.version ?? 1;
  }

  /** The lower part of this ladder, and what is above it for later. */
  upTo(version: number): Ladder {
    return version >= this.finalized ? this : new Ladder(this.rungs.slice(0, version), this.newest);
  }

  /** @throws Error for a version that this program doesn't know */
  at(version: number): SchemaVersion {
    const found = this.versions[version - 1];
    if (!found)
      throw new Error(`schema version ${version} is not known here: the newest is ${this.finalized}`);
    return found;
  }

  /** The lowest version that clients may speak, where the operator has set a minimum. */
  lowestServed(minimum: number): number {
    return Math.max(minimum, this.floor);
  }

  /** Whether content of `from` can be seen at `to`: nothing comes down an irreversible rung. */
  leads(from: number, to: number): boolean {
    return to >= from || this.versions.slice(to, from).every(({ rung }) => rung.irreversible === null);
  }

  /** How content gets from one version to another, compiled once. @throws Error where no way leads */
  way(from: number, to: number): Way {
    const key = `${from}>${to}`;
    const known = this.ways.get(key);
    if (known) return known;
    this.at(from);
    if (!this.leads(from, to)) throw new Error(`there is no way down from schema version ${from} to ${to}`);
    const way = wayBetween(this.versions, from, to);
    this.ways.set(key, way);
    return way;
  }

  /** What is wrong with content at a schema version. */
  faults(schemaVersion: number, type: string, content: JsonValue): readonly Fault[] {
    return this.faultsOf(schemaVersion, type, content).found;
  }

  /** The same, and whether there are more than are told. @param sound what is known of its blocks already */
  faultsOf(schemaVersion: number, type: string, content: JsonValue, sound?: SoundSlots): Faults {
    return this.check(schemaVersion)(type, content, sound);
  }

  /**
   * Looks at the JSON Schemas of all types, which are else compiled when they are first needed: to compile them takes
   * longer than all else of a ladder.
   * @throws Error that names the rung from which on there is a JSON Schema that is none, the type and the field
   */
  requireSchemas(): void {
    for (const { version } of this.versions) this.check(version);
  }

  /** Finds the references in documents of a page type, compiled once; undefined where no such document can have any. */
  referencesOf(schemaVersion: number, type: string): ReferenceFinder | undefined {
    const known = this.references.get(schemaVersion) ?? compileReferences(this.at(schemaVersion).types);
    this.references.set(schemaVersion, known);
    return known(type);
  }

  private check(schemaVersion: number): ContentCheck {
    const known = this.checks.get(schemaVersion);
    if (known) return known;
    const { types } = this.at(schemaVersion);
    const { name = '' } = this.rungs[schemaVersion - 1] ?? {};
    const check = inRung(`${name}: schema version ${schemaVersion}`, () => compileCheck(types));
    this.checks.set(schemaVersion, check);
    return check;
  }

  /** @throws Refusal `content-invalid` */
  requireValid(schemaVersion: number, type: string, content: JsonValue): void {
    requireNoFault(schemaVersion, this.faultsOf(schemaVersion, type, content));
  }
}

function bindRungs(rungs: readonly NamedRung[]): readonly SchemaVersion[] {
  const versions: SchemaVersion[] = [];
  for (const [index, { name, hash, rung }] of rungs.entries()) {
    const below = versions.at(-1);
    const bound = inRung(name, () => bindRung(rung, below?.types));
    versions.push({ version: index + 1, title: rung.title, hash, types: bound.types, rung: bound });
  }
  if (versions.length === 0)
    throw new Error('a ladder needs at least one rung: 0001-….ts declares the first types');
  return versions;
}

function bindRung(rung: Rung, below: ContentTypes | undefined): BoundRung {
  if (!below) {
    if (rung.kind === 'declaration') return bindDeclaration(rung);
    throw new Error('the first rung declares types by JSON Schemas: declare({ title, types, blocks })');
  }
  if (rung.kind === 'migration') return bindMigration(rung, below);
  throw new Error(
    'only the first rung declares types by JSON Schemas: use migration({ title, types, blocks })',
  );
}

function inRung<T>(name: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * @param minimum what the operator has set
 * @throws Refusal `schema-version-unknown`, `schema-version-too-old`, `schema-not-finalized`
 */
export function requireServed(ladder: Ladder, minimum: number, schemaVersion: number): void {
  const { finalized, newest } = ladder;
  const lowest = ladder.lowestServed(minimum);
  if (schemaVersion > finalized && schemaVersion <= newest) {
    throw new Refusal(
      'schema-not-finalized',
      `schema version ${schemaVersion} waits for the upgrade to be final (\`palimpsest finalize\`): use ${finalized}`,
      { requested: schemaVersion, finalized, current: newest },
    );
  }
  if (schemaVersion > finalized) {
    throw new Refusal(
      'schema-version-unknown',
      `schema version ${schemaVersion} is not known here: the newest is ${finalized}`,
      { requested: schemaVersion, current: finalized },
    );
  }
  if (schemaVersion < lowest) {
    throw new Refusal(
      'schema-version-too-old',
      `schema version ${schemaVersion} is no longer served: reload for version ${finalized}`,
      { requested: schemaVersion, minimum: lowest, current: finalized, action: 'reload' },
    );
  }
}
