import type { Ajv, Format } from 'ajv';
import ajvFormats from 'ajv-formats';

/**
 * The longest string, in code units, that can be of a format. The expressions behind formats are linear, but give up on
 * strings of some megabytes.
 */
export const formattedLimit = 8192;

/** Without `url`, which is not linear, and `byte`, for which one good line is enough. */
const names = [
  'date',
  'time',
  'date-time',
  'iso-time',
  'iso-date-time',
  'duration',
  'uri',
  'uri-reference',
  'uri-template',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'regex',
  'uuid',
  'json-pointer',
  'json-pointer-uri-fragment',
  'relative-json-pointer',
  'int32',
  'int64',
  'float',
  'double',
  'password',
  'binary',
] as const;

const known: Readonly<Record<string, Format>> = {
  ...Object.fromEntries(names.map((name) => [name, bounded(ajvFormats.default.get(name, 'full'))])),
  byte: isBase64,
};

export function addFormats(ajv: Ajv): void {
  for (const [name, format] of Object.entries(known)) ajv.addFormat(name, format);
}

/** @throws Error for a format that would not be checked */
export function requireKnownFormat(format: unknown, pointer: string): void {
  if (typeof format !== 'string' || Object.hasOwn(known, format)) return;
  throw new Error(
    `the format "${format}" at ${pointer} is not known: use pattern, or one of ${Object.keys(known).join(', ')}`,
  );
}

function bounded(format: Format): Format {
  if (format === true || typeof format === 'string') return format;
  if (format instanceof RegExp) return (text: string) => isShort(text) && format.test(text);
  if (typeof format === 'function') return (text: string) => isShort(text) && format(text);
  if (format.type === 'number') return format;
  // The other members of such a definition are for keywords that are not used here.
  return bounded(format.validate as Format);
}

function isShort(text: string): boolean {
  return text.length <= formattedLimit;
}

/** RFC 4648 §4, in time and memory that grow with the text alone. */
function isBase64(text: string): boolean {
  const padding = text.indexOf('=');
  const end = padding === -1 ? text.length : padding;
  if (text.length % 4 !== 0 || text.length - end > 2 || /[^A-Za-z0-9+/=]/.test(text)) return false;
  return text.slice(end) === '='.repeat(text.length - end);
}
