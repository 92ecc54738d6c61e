import { compileCheck } from '../../src/schema/content-types.js';
import { formattedLimit } from '../../src/schema/formats.js';
import type { JsonValue } from '../../src/schema/json/json.js';
import { formatExamples } from '../../src/schema/laws/format-examples.js';

function fits(format: string): (value: JsonValue) => boolean {
  const page = { type: 'object', properties: { x: { format } } };
  const check = compileCheck({ pages: new Map([['page', page]]), blocks: new Map() });
  return (value) => check('page', { x: value }).found.length === 0;
}

describe('A format is checked', () => {
  it.each([
    ['date', '2026-02-30'],
    ['date', '2026-2-3'],
    ['time', '25:00:00Z'],
    ['date-time', '2026-02-28T12:00:00'],
    ['duration', 'P'],
    ['uri', '/a'],
    ['uri', 'no address'],
    ['uri-reference', 'a b'],
    ['email', 'nobody'],
    ['hostname', '-a'],
    ['ipv4', '256.0.0.1'],
    ['ipv6', ':::'],
    ['regex', '('],
    ['uuid', '0b8f6c1e'],
    ['json-pointer', 'a'],
    ['byte', 'YQ='],
    ['byte', 'YQ==\nYQ==\n!'],
    ['byte', 'Y=Q='],
    ['int32', 2 ** 31],
    ['int64', 0.5],
  ])('%s is not %j', (format, wrong) => {
    expect(fits(format)(wrong)).toBe(false);
  });

  it.each(Object.entries(formatExamples))('%s is what the laws make of it', (format, examples) => {
    for (const example of examples) expect([example, fits(format)(example)]).toEqual([example, true]);
    // Formats speak of strings alone.
    expect(fits(format)(7)).toBe(true);
  });

  it.each(Object.keys(formatExamples).filter((format) => format !== 'byte'))(
    '%s does not fall over long strings',
    (format) => {
      const check = fits(format);
      for (const part of ['a', 'AAAA', '/a', 'a.', 't', '0', '::', '{a}', 'http://a']) {
        expect(check(part.repeat(10_000_000 / part.length))).toBe(false);
      }
      expect(check('x'.repeat(formattedLimit + 1))).toBe(false);
    },
  );

  it('byte holds files', () => {
    expect(fits('byte')('AAAA'.repeat(2_500_000))).toBe(true);
    expect(fits('byte')(`${'AAAA'.repeat(2_500_000)}!!!!`)).toBe(false);
  });

  it.each(['url', 'colour', 'iri', '', 'toString', '__proto__'])(
    'or refused when the types are compiled: "%s"',
    (format) => {
      expect(() => fits(format)).toThrow(
        `type "page": the format "${format}" at #/properties/x is not known: use pattern, or one of date, time,`,
      );
    },
  );

  it('and tells which, and how long it may be', () => {
    const page = { type: 'object', properties: { x: { type: 'string', format: 'uri' } } };
    const check = compileCheck({ pages: new Map([['page', page]]), blocks: new Map() });
    const fault = { pointer: '/x', keyword: 'format', params: { format: 'uri' } };
    expect(check('page', { x: 'nowhere' }).found).toEqual([{ ...fault, message: 'must match format "uri"' }]);
    expect(check('page', { x: `http://a/${'a'.repeat(9000)}` }).found).toEqual([
      { ...fault, message: 'must match format "uri", and have at most 8192 characters' },
    ]);
  });
});
