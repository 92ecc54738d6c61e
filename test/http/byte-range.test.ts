import { rangeIn } from '../../src/http/assets/byte-range.js';

const all = undefined;
const none = null;
const part = (start: number, end: number) => ({ start, end });

describe('Of a file of 100 bytes', () => {
  it.each<[string, ReturnType<typeof rangeIn>]>([
    ['bytes=0-9', part(0, 9)],
    ['BYTES=90-', part(90, 99)],
    ['bytes=-10', part(90, 99)],
    ['bytes=-1000', part(0, 99)],
    ['bytes=50-1000', part(50, 99)],
    ['bytes= 1 - 2 ', part(1, 2)],
    ['bytes=200-,5-6', part(5, 6)],
    ['bytes=0-9007199254740993', part(0, 99)],
    ['bytes=-9223372036854775807', part(0, 99)],
    ['bytes=0-1,3-4', all],
    ['bytes=0-1,3-4,nonsense', all],
    ['lines=0-9', all],
    ['bytes 0-9', all],
    ['bytes=', all],
    ['bytes=100-', none],
    ['bytes=-0', none],
    ['bytes=9-5', none],
    ['bytes=- 10', none],
    ['bytes=-', none],
    ['bytes=0-1,', none],
    ['bytes=1-2-3', none],
    ['bytes=0x1-2', none],
    ['bytes=0-9223372036854775808', none],
  ])('%s', (text, wanted) => {
    expect(rangeIn(text, 100)).toEqual(wanted);
  });
});

it('takes time in proportion to the header, whatever is in it', () => {
  const spaces = ' '.repeat(15_000);
  // A third of a second each, were it in proportion to the square: the test would not come to its end.
  for (let turn = 0; turn < 5000; turn++)
    for (const text of [`bytes=${spaces}x`, `bytes=5-${spaces}x`, `bytes=5${spaces}x`])
      expect(rangeIn(text, 100)).toBe(none);
});
