import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv } from 'ajv';

type PathItem = OpenAPIObject['paths'][string];
export type Operation = NonNullable<PathItem['get']>;
export type Headers = Record<string, { required?: boolean }>;
export type Content = Record<string, { schema: object; examples?: Record<string, { value: unknown }> }>;
/** What is held against it. `json`: the body, where it is JSON. */
interface Answered {
  readonly status: number;
  readonly headers: globalThis.Headers;
  readonly text: string;
  readonly json: unknown;
}
type Schemas = Readonly<Record<string, object>>;

/** What every answer says to browsers. */
const ofBrowsers = ['content-security-policy', 'referrer-policy', 'x-content-type-options'];

/** What OpenAPI doesn't name: it says the type elsewhere, and the rest is HTTP's and of browsers. */
const ofTransport = [
  ...ofBrowsers,
  'access-control-allow-origin',
  'access-control-expose-headers',
  'content-type',
  'content-length',
  'connection',
  'keep-alive',
  'date',
  'transfer-encoding',
];

/** An OpenAPI document, as what answers are held against. */
export class ApiDocument {
  /** Every operation, as `GET /pages/{id}`. */
  readonly operations: ReadonlyMap<string, Operation>;
  private readonly patterns: readonly (readonly [pattern: RegExp, path: string])[];
  private readonly ajv: Ajv;
  private readonly compilable = new Map<object, object>();

  constructor(api: OpenAPIObject) {
    this.operations = new Map(
      Object.entries(api.paths).flatMap(([path, item]) =>
        Object.entries(item).map(([method, operation]): [string, Operation] => [
          `${method.toUpperCase()} ${path}`,
          operation as Operation,
        ]),
      ),
    );
    this.patterns = Object.keys(api.paths).map((path) => [patternOf(path), path]);
    this.ajv = new Ajv({
      // A file of tests holds few answers against each schema: half of the time was spent on making short code of them.
      code: { optimize: false },
      inlineRefs: false,
      allErrors: true,
      strictTypes: false,
      discriminator: true,
      formats: {
        uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
        binary: true,
        'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
      },
      schemas: byName(closed(api.components?.schemas)) as Schemas,
      keywords: ['example'],
    });
  }

  /** What is wrong with a value, by a schema of the document; nothing: []. */
  faults(schema: object, value: unknown): readonly unknown[] {
    const known = this.compilable.get(schema) ?? (byName(schema) as object);
    this.compilable.set(schema, known);
    return this.ajv.validate(known, value) ? [] : (this.ajv.errors ?? []);
  }

  /** The operation that a request asks for; undefined where there is none. */
  operationOf(method: string, target: string): string | undefined {
    const path = target.split('?')[0] ?? '';
    const known = this.patterns.find(([pattern]) => pattern.test(path))?.[1];
    const name = `${method === 'HEAD' ? 'GET' : method} ${known ?? ''}`;
    return this.operations.has(name) ? name : undefined;
  }

  /** What of an answer's status, media type, headers and body is not as the operation says. */
  faultsOf(name: string, answer: Answered, method = ''): readonly unknown[] {
    const described = this.operations.get(name)?.responses[String(answer.status)];
    if (!described || '$ref' in described) return [`${name} does not say that it answers ${answer.status}`];
    const { headers = {}, content = {} } = described as { headers?: Headers; content?: Content };
    const always = Object.keys(headers).filter((header) => headers[header]?.required);
    const named = new Set([...ofTransport, ...Object.keys(headers).map((header) => header.toLowerCase())]);
    return [
      ...[...always, ...ofBrowsers]
        .filter((header) => !answer.headers.has(header))
        .map((header) => `${header} is missing`),
      ...[...answer.headers.keys()]
        .filter((header) => !named.has(header))
        .map((header) => `${header} is not named`),
      ...(method === 'HEAD' ? [] : this.faultsOfBody(name, content, answer)),
    ];
  }

  private faultsOfBody(name: string, content: Content, answer: Answered): readonly unknown[] {
    const mediaType = answer.headers.get('content-type')?.split(';')[0];
    if (answer.text === '') return Object.keys(content).length > 0 ? ['the body is missing'] : [];
    const schema = (content[mediaType ?? ''] ?? content['*/*'])?.schema;
    if (!schema) return [`${name} does not say that it answers ${String(mediaType)}`];
    return mediaType?.endsWith('json') ? this.faults(schema, answer.json) : [];
  }
}

/** `/paths/{path}` stands for all that follows, every other parameter for one segment. */
function patternOf(path: string): RegExp {
  const any = path.replace('/paths/{path}', '/paths/.*').replace(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${any.replaceAll('.json', '\\.json')}$`, 's');
}

/** References as names alone. */
function byName(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', ''), (key, value: unknown) => {
    // Ajv finds out for itself which of the alternatives has which value.
    if (key !== 'discriminator') return value;
    return { propertyName: (value as { propertyName: string }).propertyName };
  });
}

/** Members that a schema does not name are faults, too. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
  const isOpen = !('required' in members) || 'additionalProperties' in members;
  return isOpen ? members : { ...members, additionalProperties: false };
}

const anyProblem = { type: 'object', required: ['type', 'title', 'status', 'code', 'detail'] };

let written: ApiDocument | undefined;

/** The document of the built program; undefined where nobody has written it. */
function builtDocument(): ApiDocument | undefined {
  const file = process.env.PALIMPSEST_TEST_OPENAPI;
  if (file === undefined) return undefined;
  return (written ??= new ApiDocument(JSON.parse(readFileSync(file, 'utf8')) as OpenAPIObject));
}

/** @throws Error where an answer is not what the OpenAPI document says of it, or of every problem */
export function requireDescribed(method: string, target: string, answer: Answered): void {
  const api = builtDocument();
  if (!api) return;
  const name = api.operationOf(method, target);
  const faults = name
    ? api.faultsOf(name, answer, method)
    : answer.text === '' || answer.status < 400
      ? []
      : api.faults(anyProblem, answer.json);
  if (faults.length === 0) return;
  throw new Error(
    `${method} ${target} answered ${answer.status} ${answer.text.slice(0, 1000)}, which is not as described: ` +
      JSON.stringify(faults.slice(0, 5)),
  );
}
