import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Refusal } from '../refusal.js';
import type { JsonValue } from './json.js';

type JsonSchema = Readonly<Record<string, unknown>>;

/** What a schema version is made of. A slot for blocks is `{ $ref: 'blocks' }`. */
export interface ContentTypes {
  readonly title: string;
  /** Page types, by name. */
  readonly types: Readonly<Record<string, JsonSchema>>;
  /** Block types, by name: what stands in `_type`. */
  readonly blocks: Readonly<Record<string, JsonSchema>>;
}

export function declare(types: ContentTypes): ContentTypes {
  return types;
}

/** Says no to content that does not fit its type. */
export type ContentCheck = (type: string, content: JsonValue) => void;

/**
 * The check of one schema version, compiled when it is first needed: most processes never need most of them. It never
 * changes what it looks at: no defaults, no coercion, nothing removed.
 * @throws Refusal `content-invalid`, from the check, with a pointer and a message for each fault (at most 20)
 */
export function contentCheck(schemaVersion: number, declared: ContentTypes): ContentCheck {
  let compiled: Validators | undefined;
  return (type, content) => {
    const validators = (compiled ??= compile(declared));
    const validate = validators.get(type);
    if (!validate) {
      throw invalid(schemaVersion, [
        {
          pointer: '',
          message: `there is no page type "${type}" at schema version ${schemaVersion}: expected ${[...validators.keys()].join(', ')}`,
        },
      ]);
    }
    if (!validate(content)) throw invalid(schemaVersion, (validate.errors ?? []).slice(0, 20).map(fault));
  };
}

type Validators = ReadonlyMap<string, ValidateFunction>;

function compile(declared: ContentTypes): Validators {
  const ajv = new Ajv({ allErrors: true, strict: true, discriminator: true, validateSchema: true });
  ajv.addSchema(blocksSchema(declared), 'blocks');
  return new Map(Object.entries(declared.types).map(([type, schema]) => [type, ajv.compile(schema)]));
}

/** A list of blocks: each says by `_type` which schema it has to fit, and carries an `_id`. */
function blocksSchema({ blocks }: ContentTypes): JsonSchema {
  const names = Object.keys(blocks);
  return {
    type: 'array',
    items: {
      type: 'object',
      required: ['_type', '_id'],
      properties: { _id: { type: 'string', minLength: 1 }, _type: { type: 'string', enum: names } },
      allOf: names.map((name) => ({
        if: { type: 'object', required: ['_type'], properties: { _type: { const: name } } },
        then: blocks[name],
      })),
    },
  };
}

function fault(error: ErrorObject): { pointer: string; message: string } {
  const allowed =
    error.keyword === 'enum'
      ? `: ${(error.params as { allowedValues: unknown[] }).allowedValues.join(', ')}`
      : '';
  return { pointer: error.instancePath, message: `${error.message ?? error.keyword}${allowed}` };
}

function invalid(schemaVersion: number, errors: readonly { pointer: string; message: string }[]): Refusal {
  const [first] = errors;
  const where = first?.pointer === '' ? 'the document' : first?.pointer;
  return new Refusal('content-invalid', `the content does not fit: ${where} ${first?.message ?? ''}`, {
    schemaVersion,
    errors,
  });
}
