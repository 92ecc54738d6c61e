import { makeServer, type Answer } from '../support/server.js';
import { makeLadder } from './ladders.js';

const schema = {
  type: 'object',
  required: ['title'],
  additionalProperties: false,
  'x-icon': { $ref: 'blocks', of: ['any', 'shape'] },
  properties: {
    title: { type: 'string', 'x-label': 'Title' },
    link: { type: 'string', format: 'uri' },
    day: { type: 'string', format: 'date' },
    numbers: { type: 'array', items: { type: 'integer' } },
    blocks: { $ref: 'blocks' },
    slug: { type: 'string', maxLength: 5 },
  },
};
const text = {
  type: 'object',
  required: ['body'],
  properties: { body: { type: 'string', 'x-rows': 4 }, note: { type: 'string', maxLength: 5 } },
};
const ladder = makeLadder([
  `export default ({ declare }) => declare({ title: 'First', types: { page: ${JSON.stringify(schema)} }, blocks: { text: ${JSON.stringify(text)} } })`,
  `export default ({ migration }) => migration({ title: 'Second', types: {
    page: (type) => type.rename({ slug: 'name', title: 'heading' }),
    text: (type) => type.rename({ note: 'remark' }),
  } })`,
  // Numbers are let down to where only text is known: the author is told where they wrote them.
  `export default ({ migration }) => {
    const same = { up: (value) => value, down: (value) => value, schema: { type: 'number' } };
    return migration({ title: 'Third', types: {
      page: (type) => type.convert('name', same),
      text: (type) => type.convert('remark', same),
    } });
  }`,
]);
const server = makeServer({ PALIMPSEST_MIGRATIONS: ladder.path });
beforeAll(() => server.start());
afterAll(async () => {
  await server.remove();
  ladder.remove();
});

function create(content: unknown, schemaVersion = 1): Promise<Answer> {
  return server.request('POST', '/pages', {
    headers: { 'schema-version': String(schemaVersion) },
    body: { type: 'page', content },
  });
}

interface Fault {
  readonly pointer: string;
  readonly keyword: string;
}

const placesOf = ({ json }: Answer): readonly (readonly [string, string])[] =>
  (json['errors'] as readonly Fault[]).map(({ pointer, keyword }) => [pointer, keyword]);

describe('Content that does not fit', () => {
  it('is told of all its faults at once, each with its field, its keyword and a sentence', async () => {
    const answer = await create({
      link: 'nowhere',
      day: '2026-02-30',
      numbers: [1, 'two', 3.5],
      extra: true,
      blocks: [
        { _type: 'text', _id: 'a', body: 1 },
        { _type: 'text', _id: 'b' },
        { _type: 'unknown', _id: 'c' },
        { _type: 'text', body: 'x' },
        { _id: 'd' },
        'text',
      ],
    });
    expect([answer.status, answer.json.code, answer.json['schemaVersion']]).toEqual([
      422,
      'content-invalid',
      1,
    ]);
    expect(new Set(placesOf(answer).map((place) => place.join(' ')))).toEqual(
      new Set([
        '/title required',
        '/link format',
        '/day format',
        '/numbers/1 type',
        '/numbers/2 type',
        '/extra additionalProperties',
        '/blocks/0/body type',
        '/blocks/1/body required',
        '/blocks/2/_type enum',
        '/blocks/3/_id required',
        '/blocks/4/_type required',
        '/blocks/5 type',
      ]),
    );
    expect((answer.json['errors'] as readonly unknown[])[0]).toEqual({
      pointer: expect.any(String) as string,
      keyword: expect.any(String) as string,
      params: expect.any(Object) as object,
      message: expect.stringMatching(/^must /) as string,
    });
    expect(answer.json['more']).toBeUndefined();
  });

  it('is told of a hundred faults, and that there are more', async () => {
    const { status, json } = await create({ title: 'x', numbers: Array.from({ length: 101 }, () => 'x') });
    expect([status, (json['errors'] as unknown[]).length, json['more']]).toEqual([422, 100, true]);
    expect(json.detail).toMatch(/there are more faults than are told$/);
  });

  it('stays a refusal when it has as many faults as values, or millions, and the server goes on', async () => {
    const blocks = (part: string, times: number): string =>
      `{"type":"page","content":{"title":"x","blocks":[${`${part},`.repeat(times)}${part}]}}`;
    for (const part of ['{}', '1']) {
      const headers = { 'schema-version': '1' };
      const told = await server.request('POST', '/pages', { headers, body: blocks(part, 240_000) });
      expect([told.status, told.json.code, told.json['more']]).toEqual([422, 'content-invalid', true]);
      const counted = await server.request('POST', '/pages', { headers, body: blocks(part, 3_000_000) });
      expect([counted.status, counted.json.code]).toEqual([422, 'too-much-work']);
    }
    expect((await create({ title: 'Fine' })).status).toBe(201);
  });

  it('as others see it is told where that is in the document that was sent', async () => {
    const inner = [{ _type: 'text', _id: 'c', body: 'x', remark: 7 }];
    const blocks = [{ _type: 'text', _id: 'b', body: 'x', inner }];
    const { status, json } = await create({ heading: 'x', name: 7, blocks }, 3);
    expect([status, json['schemaVersion']]).toEqual([422, 1]);
    const wrong = { keyword: 'type', params: { type: 'string' }, message: 'must be string' };
    expect(json['errors']).toEqual([
      { ...wrong, pointer: '/slug', inYours: ['/name'] },
      { ...wrong, pointer: '/blocks/0/inner/0/note', inYours: ['/blocks/0/inner/0/remark'] },
    ]);
  });

  it('is told where it nests too deep relative to the content, in whatever it came', async () => {
    const deep = '{"a":'.repeat(64) + '{}' + '}'.repeat(64);
    const pointer = '/a'.repeat(64);
    const headers = { 'schema-version': '1' };
    const whole = `{"type":"page","content":${deep}}`;
    const item = `{"method":"POST","path":"/pages","body":${whole}}`;
    for (const [path, body] of [
      ['/pages', whole],
      ['/batch', `{"commands":[${item}]}`],
    ] as const) {
      const answer = await server.request('POST', path, { headers, body });
      expect([answer.status, placesOf(answer)]).toEqual([422, [[pointer, 'levels']]]);
    }
  });
});

describe('Notes for programs', () => {
  it('are published as they were written', async () => {
    const { json } = await server.request('GET', '/schema/1');
    const { types, blocks } = json as unknown as Record<'types' | 'blocks', Record<string, object>>;
    expect(types['page']).toMatchObject({
      'x-icon': { $ref: 'blocks', of: ['any', 'shape'] },
      properties: {
        title: { 'x-label': 'Title' },
        link: { format: 'uri' },
        blocks: { $ref: '#/definitions/blocks' },
      },
    });
    expect(blocks['text']).toMatchObject({ properties: { body: { 'x-rows': 4 } } });
  });
});
