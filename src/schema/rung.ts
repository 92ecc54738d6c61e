import { assetContent, assetType } from './asset-content.js';
import type { BlockChanges } from './merge/block-changes.js';
import { blockSteps } from './merge/block-steps.js';
import type { ContentTypes } from './content-types.js';
import { operationsOf } from './declared-operations.js';
import type { Declaration, Migration, TypeDeclaration } from './migration.js';
import type { BoundOperation, Draft, Path } from './operations/operation.js';
import { inSequence } from './operations/sequence.js';
import { addedPages, known, requireNames, typesAbove } from './types-above.js';

/** What a rung does to objects of one content type, in one direction. */
export interface TypeStep {
  /** The names that the type can have on the side that is reached; none: it is not known there. */
  readonly becomes: readonly string[];
  /**
   * Changes an object in place; answers `false` when it is not to be seen at all.
   * @throws whatever a foreign function throws; then nothing has changed
   */
  readonly run: (object: Draft) => boolean;
  /** Whether a foreign function runs, which may make blocks. */
  readonly isOpaque: boolean;
  /** Fields that need not come back from the other side, beyond what the type's operations say. */
  readonly hides: readonly Path[];
}

/** A rung, fitted to the types below it. Types that it leaves alone have no step. */
export interface BoundRung {
  readonly types: ContentTypes;
  readonly up: ReadonlyMap<string, TypeStep>;
  readonly down: ReadonlyMap<string, TypeStep>;
  /** What happens to the fields of a type, by its name below. */
  readonly fields: ReadonlyMap<string, BoundOperation>;
  /** Changelog lines. */
  readonly changes: readonly string[];
  /** What is lost on the way, in the author's words. */
  readonly losses: readonly string[];
  /** Why there is no way down; `null`: there is. */
  readonly irreversible: string | null;
}

/** There are assets whether or not the ladder says what is kept of them. @throws Error for a declaration that can't be */
export function bindDeclaration({ types, blocks }: Declaration): BoundRung {
  const bound = {
    pages: new Map(Object.entries(types)),
    blocks: new Map(Object.entries(blocks)),
  };
  if (!bound.blocks.has(assetType) && !bound.pages.has(assetType)) bound.pages.set(assetType, assetContent);
  requireNames(bound);
  return {
    types: bound,
    up: new Map(),
    down: new Map(),
    fields: new Map(),
    changes: Object.keys(types)
      .map((name) => `declares the page type \`${name}\``)
      .concat(Object.keys(blocks).map((name) => `declares the block type \`${name}\``)),
    losses: [],
    irreversible: null,
  };
}

/** @throws Error that names the type and what is wrong with its change */
export function bindMigration(migration: Migration, below: ContentTypes): BoundRung {
  const fields = bindFields(migration, below);
  const added = addedPages(migration, below);
  const above = typesAbove(migration, below, fields, added);
  requireNames(above);
  const blocks = blockSteps(migration.blocks, below, above);
  const bounds = [...fields.values()];
  return {
    types: above,
    ...typeSteps(fields, blocks),
    fields,
    changes: [
      ...[...added.keys()].map((name) => `adds the page type \`${name}\``),
      ...blockLines(migration.blocks),
      ...Object.entries(migration.types).flatMap(([name, declared]) => fieldLines(name, declared)),
    ],
    losses: bounds.flatMap(({ losses }) => [losses.up, losses.down].filter((loss) => loss !== null)),
    irreversible:
      migration.irreversible ?? bounds.find((bound) => bound.irreversible !== null)?.irreversible ?? null,
  };
}

function bindFields({ types }: Migration, below: ContentTypes): ReadonlyMap<string, BoundOperation> {
  const bound = new Map<string, BoundOperation>();
  for (const [name, declared] of Object.entries(types)) {
    try {
      const operations = operationsOf(declared);
      if (!operations) continue;
      const before = below.pages.get(name) ?? below.blocks.get(name);
      if (!before) throw new Error(`there is no such type below: ${known(below)}`);
      bound.set(name, inSequence(operations).bind(before));
    } catch (cause) {
      throw new Error(`type "${name}": ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
  return bound;
}

/** On the way up the fields change first, then the type as a whole; on the way down the other way round. */
function typeSteps(
  fields: ReadonlyMap<string, BoundOperation>,
  blocks: ReturnType<typeof blockSteps>,
): Pick<BoundRung, 'up' | 'down'> {
  const up = new Map<string, TypeStep>();
  const down = new Map<string, TypeStep>();
  for (const name of new Set([...fields.keys(), ...blocks.up.keys()])) {
    const bound = fields.get(name);
    const step = blocks.up.get(name);
    if (step)
      up.set(name, {
        becomes: step.becomes,
        isOpaque: bound?.isOpaque ?? false,
        hides: step.hides,
        run: (object) => {
          bound?.up(object);
          return step.become(object);
        },
      });
    else if (bound) {
      if (!bound.isIdle.up) up.set(name, fieldsStep(name, bound, bound.up));
      if (!bound.isIdle.down) down.set(name, fieldsStep(name, bound, bound.down));
    }
  }
  for (const [name, step] of blocks.down) {
    down.set(name, {
      becomes: step.becomes,
      isOpaque: step.becomes.some((type) => fields.get(type)?.isOpaque),
      hides: step.hides,
      run: (object) => {
        if (!step.become(object)) return false;
        fields.get(object['_type'] as string)?.down(object); // a block: it has just been given its type
        return true;
      },
    });
  }
  return { up, down };
}

function fieldsStep(name: string, { isOpaque }: BoundOperation, way: (object: Draft) => void): TypeStep {
  return {
    becomes: [name],
    isOpaque,
    hides: [],
    run: (object) => {
      way(object);
      return true;
    },
  };
}

function fieldLines(name: string, declared: TypeDeclaration): readonly string[] {
  return (operationsOf(declared) ?? []).map(({ summary }) => `\`${name}\` ${summary}`);
}

function blockLines({ add, remove, rename, split, merge }: BlockChanges): readonly string[] {
  const seen = (kind: 'hide' | 'placeholder'): string => (kind === 'hide' ? 'nothing' : 'a placeholder');
  return [
    ...Object.entries(add ?? {}).map(
      ([name, { kind }]) => `adds the block type \`${name}\`, of which older clients see ${seen(kind)}`,
    ),
    ...Object.entries(remove ?? {}).map(
      ([name, { kind }]) => `removes the block type \`${name}\`, of which newer clients see ${seen(kind)}`,
    ),
    ...Object.entries(rename ?? {}).map(([name, to]) => `renames the block type \`${name}\` to \`${to}\``),
    ...Object.entries(split ?? {}).map(
      ([name, { on, into }]) =>
        `splits the block type \`${name}\` by \`${on}\` into ${Object.values(into).join(', ')}`,
    ),
    ...Object.entries(merge ?? {}).map(
      ([name, { on, from }]) =>
        `merges the block types ${Object.keys(from).join(', ')} into \`${name}\`, told apart by \`${on}\``,
    ),
  ];
}
