import { isArray, isObject, type JsonObject, type JsonValue } from '../json/json.js';
import type { Finding } from './finding.js';
import type { History, Step } from './trial.js';
import { lawNamed } from './laws.js';
import type { Trial } from './trial.js';

/** A counterexample that was found once and is tried again at every check. */
export interface Case extends Trial {
  readonly law: string;
  /** The seed that found it. */
  readonly seed: number;
}

/** The case that a finding leaves behind; nothing where it has no single example. */
export function caseOf({ law, seed, trial }: Finding): Case | undefined {
  return trial
    ? { law, from: trial.from, to: trial.to, type: trial.type, history: trial.history, seed }
    : undefined;
}

/** @throws Error that says what is wrong with the file */
export function readCase(value: JsonValue, current: number): Case {
  if (!isObject(value)) throw new Error('expected one JSON object');
  const { law, from, to, type, history, seed } = value;
  if (typeof law !== 'string' || !lawNamed(law)) throw new Error(`there is no law ${JSON.stringify(law)}`);
  if (typeof type !== 'string') throw new Error('"type" has to name a page type');
  return {
    law,
    from: schemaVersion(from, current),
    to: schemaVersion(to, current),
    type,
    history: readHistory(history, current),
    seed: typeof seed === 'number' ? seed : 0,
  };
}

function schemaVersion(value: JsonValue | undefined, current: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= current) return value;
  throw new Error(`${JSON.stringify(value)} is no schema version: expected 1 to ${current}`);
}

function readHistory(value: JsonValue | undefined, current: number): History {
  const steps = isArray(value) ? value.map((step, index) => readStep(step, index, current)) : [];
  if (steps[0]?.kind !== 'create') throw new Error('"history" has to be a list that begins with a creation');
  return steps;
}

function readStep(value: JsonValue, index: number, current: number): Step {
  const step = isObject(value) ? value : {};
  const { kind } = step;
  if (kind === 'restore') return { kind, restored: schemaVersion(step['restored'], index) };
  if (kind !== 'save' && kind !== 'create')
    throw new Error(`step ${index + 1} is no create, save or restore`);
  const parts = {
    schemaVersion: schemaVersion(step['schemaVersion'], current),
    document: objectIn(step, 'document'),
  };
  if (kind === 'create') return { kind, ...parts };
  return { kind, ...parts, copies: objectIn(step, 'copies') as Readonly<Record<string, string>> }; // as caseOf wrote it
}

function objectIn(step: JsonObject, name: string): JsonObject {
  const value = step[name];
  if (isObject(value)) return value;
  throw new Error(`"${name}" has to be an object`);
}
