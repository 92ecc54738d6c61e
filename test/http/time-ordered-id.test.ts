import fc from 'fast-check';
import { timeOrderedId } from '../../src/http/edge/time-ordered-id.js';

describe('an id that the server makes', () => {
  it('is a UUID of version 7, which begins with the time in milliseconds', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 48 - 1), (nowMs) => {
        const id = timeOrderedId(nowMs);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(nowMs);
      }),
    );
  });

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 1000 }, () => timeOrderedId(0))).size).toBe(1000);
  });
});
