import { vocabulary, type Rung } from '../schema/migration.js';

/**
 * Makes a rung of what a file exports. The author may be somebody else, with no compiler to tell them what is missing.
 * What operations and schemas say is looked at when the ladder is built.
 * @throws Error that says what was expected and what was found
 */
export function readRung(exported: unknown): Rung {
  if (exported === undefined) throw new Error(`it has no default export: ${example}`);
  const rung: unknown =
    typeof exported === 'function'
      ? (exported as (words: typeof vocabulary) => unknown)(vocabulary)
      : exported;
  if (!isPlainObject(rung)) {
    const found = typeof exported === 'function' ? `a function that gives ${named(rung)}` : named(rung);
    throw new Error(`its default export is ${found}, not a rung: ${example}`);
  }
  if (rung.kind !== 'declaration' && rung.kind !== 'migration') {
    throw new Error(`its default export is not made by declare(…) or migration(…): ${example}`);
  }
  if (typeof rung.title !== 'string' || rung.title.trim() === '') {
    throw new Error('its title has to be a text that says what changes');
  }
  requireTypes(rung.kind, rung.types);
  requireBlocks(rung.kind, rung.blocks);
  if (rung.irreversible !== undefined && typeof rung.irreversible !== 'string') {
    throw new Error(`irreversible has to be the reason, as a text, not ${named(rung.irreversible)}`);
  }
  return rung as unknown as Rung; // its shape has just been checked; what is inside schemas, the ladder checks
}

const example = 'write `export default ({ migration }) => migration({ title, types, blocks })`';

function requireTypes(kind: 'declaration' | 'migration', types: unknown): void {
  if (!isPlainObject(types)) throw new Error(`types has to be an object, by name, not ${named(types)}`);
  for (const [name, type] of Object.entries(types)) {
    if (isPlainObject(type) || (kind === 'migration' && typeof type === 'function')) continue;
    const wanted =
      kind === 'declaration' ? 'a JSON Schema' : '(type) => type.…, or a JSON Schema for a new type';
    throw new Error(`type "${name}" has to be ${wanted}, not ${named(type)}`);
  }
}

const changes = ['add', 'remove', 'rename', 'split', 'merge'];

function requireBlocks(kind: 'declaration' | 'migration', blocks: unknown): void {
  if (!isPlainObject(blocks)) throw new Error(`blocks has to be an object, not ${named(blocks)}`);
  for (const [name, value] of Object.entries(blocks)) {
    if (kind === 'migration' && !changes.includes(name)) {
      throw new Error(`blocks can't ${name}: choose from ${changes.join(', ')}`);
    }
    if (!isPlainObject(value)) throw new Error(`blocks: ${name} has to be an object, not ${named(value)}`);
    if (kind === 'migration') requireBlockChange(name, value);
  }
}

function requireBlockChange(change: string, types: Readonly<Record<string, unknown>>): void {
  for (const [type, value] of Object.entries(types)) {
    if (change === 'rename' ? typeof value === 'string' : isWellFormed(change, value)) continue;
    throw new Error(`blocks: ${change}: ${type} has to be ${wanted[change] ?? ''}, not ${named(value)}`);
  }
}

const wanted: Readonly<Record<string, string>> = {
  add: 'hide() or placeholder(label)',
  remove: 'hide() or placeholder(label)',
  rename: 'the new name',
  split: '{ on, into, otherwise }',
  merge: '{ on, from, otherwise }',
};

function isWellFormed(change: string, value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  switch (change) {
    case 'split':
      return isTable(value.into) && typeof value.on === 'string' && typeof value.otherwise === 'string';
    case 'merge':
      return isTable(value.from) && typeof value.on === 'string' && typeof value.otherwise === 'string';
    default:
      return (value.kind === 'hide' || typeof value.label === 'string') && isPlainObject(value.schema);
  }
}

function isTable(value: unknown): boolean {
  return isPlainObject(value) && Object.values(value).every((entry) => typeof entry === 'string');
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function named(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
