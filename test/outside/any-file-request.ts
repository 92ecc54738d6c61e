import fc from 'fast-check';

/** A place in a file: so far from its beginning, or from its end. */
const place = fc.oneof(
  fc.nat({ max: 2 ** 19 }).map((at) => () => String(at)),
  fc.nat({ max: 3 }).map((at) => () => String(at)),
  fc.integer({ min: -3, max: 3 }).map((from) => (size: number) => String(Math.max(0, size + from))),
  fc
    .double({ min: 0, max: 1, noNaN: true })
    .map((share) => (size: number) => String(Math.floor(share * size))),
);
const huge = fc
  .constantFrom(
    ...['2147483648', '4294967296', '9007199254740991', '9007199254740993', '9223372036854775807'],
    ...['9223372036854775808', '18446744073709551616', '9'.repeat(300), `${'0'.repeat(40)}7`],
  )
  .map((text) => () => text);
const number = fc.oneof({ weight: 8, arbitrary: place }, { weight: 1, arbitrary: huge });
const nothing = fc.constant(() => '');
const spaces = fc.oneof({ weight: 8, arbitrary: fc.constant('') }, fc.constantFrom(' ', '   '));

type OfSize = (size: number) => string;

const oneRange = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: number }, nothing),
    fc.oneof({ weight: 3, arbitrary: number }, nothing),
    fc.tuple(spaces, spaces, spaces, spaces),
  )
  .map(
    ([first, last, [a, b, c, d]]): OfSize =>
      (size) =>
        `${a}${first(size)}${b}-${c}${last(size)}${d}`,
  );
const malformed = fc
  .constantFrom(
    '',
    '-',
    '--1',
    '1',
    '1-2-3',
    'x-y',
    '0x1-2',
    '+1-2',
    '1.5-2',
    '1-\t2',
    '1;2',
    '１-２',
    '1–2',
    '-1-',
  )
  .map(
    (text): OfSize =>
      () =>
        Buffer.from(text).toString('latin1'),
  );
const ranges = fc
  .array(fc.oneof({ weight: 6, arbitrary: oneRange }, { weight: 1, arbitrary: malformed }), {
    minLength: 1,
    maxLength: 4,
  })
  .map(
    (some): OfSize =>
      (size) =>
        some.map((one) => one(size)).join(','),
  );
const units = fc.oneof(
  { weight: 12, arbitrary: fc.constant('bytes=') },
  fc.constantFrom('BYTES=', 'Bytes=', 'bytes', 'bytes =', 'bytes==', 'byte=', 'lines=', '=', ''),
);
const range = fc.tuple(units, fc.oneof({ weight: 5, arbitrary: oneRange }, ranges, malformed)).map(
  ([unit, of]): OfSize =>
    (size) =>
      `${unit}${of(size)}`,
);

/** `TAG` is the file's own tag. No tag here has a comma: nginx parts lists at commas within tags, too. */
const dates = ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'];
const ifRange = fc.oneof(
  { weight: 3, arbitrary: fc.constant('TAG') },
  fc.constantFrom('"another"', 'W/TAG', 'W/"another"', 'TAG, "another"', '*', '"', '""', 'x', ...dates),
);
const tags = fc.constantFrom('TAG', 'W/TAG', '"another"', 'W/"another"', '""', '"TA');
const ifNoneMatch = fc.oneof(
  { weight: 6, arbitrary: fc.array(tags, { minLength: 1, maxLength: 4 }).map((some) => some.join(', ')) },
  fc.constantFrom(
    '*',
    'TAG,"another"',
    '"another"  ,\tTAG',
    '"another", , TAG',
    'TAG TAG',
    'another',
    '*, TAG',
  ),
);

const rarely = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some });

/** A condition and a range of one of those files; the text of a range is of the file's size. */
export const anyFileRequest = (files: number) =>
  fc.record({
    file: fc.nat({ max: files - 1 }),
    method: fc.oneof({ weight: 5, arbitrary: fc.constant('GET') }, fc.constant('HEAD')),
    range: fc.option(range, { nil: undefined, freq: 10 }),
    ifRange: rarely(ifRange),
    ifNoneMatch: rarely(ifNoneMatch),
  });
