import type { ErrorObject } from 'ajv';
import { Refusal } from '../refusal.js';
import { formattedLimit } from './formats.js';
import { childPointer } from './json/pointer.js';
import { shortened } from './shortened.js';

/** What is wrong with a document, and where. */
export interface Fault {
  /** To the field itself, relative to the document; to where it should be, if it is missing. */
  readonly pointer: string;
  /** Of JSON Schema, or one of ours: `pageType`, `levels`, `standIn`. */
  readonly keyword: string;
  /** What the keyword asks for, for programs. */
  readonly params: Readonly<Record<string, unknown>>;
  /** English; reads on from the pointer. */
  readonly message: string;
  /** The same place in the document as it was sent, where the fault is at another schema version. */
  readonly inYours?: readonly string[];
}

/** No more faults than these are told of one document. */
const faultLimit = 100;
/** Characters of a pointer in a sentence: names in a document may be long, also those that a rung makes. */
const pointerShown = 500;

/** The faults of a document, each once: a slot and the block in it may both ask for the same. */
export class Faults {
  readonly found: Fault[] = [];
  /** Whether there are others, or may be. */
  more = false;
  private readonly seen = new Set<string>();

  /** Whether looking for others would change nothing. */
  get isOver(): boolean {
    return this.more && this.found.length === faultLimit;
  }

  /** The same faults, told otherwise. */
  told(tell: (fault: Fault) => Fault): Faults {
    const faults = new Faults();
    faults.found.push(...this.found.map(tell));
    faults.more = this.more;
    return faults;
  }

  add(fault: Fault): void {
    const key = `${fault.keyword} ${fault.pointer}`;
    if (this.seen.has(key)) return;
    if (this.found.length === faultLimit) {
      this.more = true;
      return;
    }
    this.seen.add(key);
    this.found.push(fault);
  }
}

/** @throws Refusal `content-invalid` with the faults (at most 100), if there are any, and whether there are `more` */
export function requireNoFault(schemaVersion: number, { found, more }: Faults): void {
  const [first] = found;
  if (!first) return;
  const where = first.pointer === '' ? 'the document' : shortened(first.pointer, pointerShown);
  const others = more ? ', and there are more faults than are told' : '';
  throw new Refusal(
    'content-invalid',
    `the content does not fit schema version ${schemaVersion}: ${where} ${first.message}${others}`,
    { schemaVersion, errors: found, ...(more && { more }) },
  );
}

/** What Ajv found, which has to be `verbose`. @param base where what it looked at stands in the document */
export function faultOf(error: ErrorObject, base: string): Fault {
  const { keyword, instancePath, propertyName } = error;
  const params = paramsOf(error);
  const name = propertyName ?? nameIn(params);
  const parent = base + instancePath;
  return {
    pointer: name === undefined ? parent : childPointer(parent, name),
    keyword,
    params,
    message: messageOf(error),
  };
}

/** The member that an object lacks, or has and should not have. */
function nameIn(params: Readonly<Record<string, unknown>>): string | undefined {
  const { missingProperty, additionalProperty, propertyName } = params;
  return (missingProperty ?? additionalProperty ?? propertyName) as string | undefined;
}

/** The keywords that compare values are ours, so what they say is, too. */
function paramsOf({ keyword, params, schema }: ErrorObject): Readonly<Record<string, unknown>> {
  if (keyword === 'enum') return { allowedValues: schema };
  if (keyword === 'const') return { allowedValue: schema };
  return params;
}

function messageOf({ keyword, message, schema, data }: ErrorObject): string {
  switch (keyword) {
    case 'enum':
      return `must be equal to one of the allowed values: ${(schema as unknown[]).map(print).join(', ')}`;
    case 'const':
      return `must be equal to ${print(schema)}`;
    case 'uniqueItems':
      return 'must NOT have duplicate items';
    case 'format':
      return typeof data === 'string' && data.length > formattedLimit
        ? `must match format "${String(schema)}", and have at most ${formattedLimit} characters`
        : (message ?? keyword);
    default:
      return message ?? keyword;
  }
}

function print(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
