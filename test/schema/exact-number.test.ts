import fc from 'fast-check';
import { isExactNumber } from '../../src/schema/json/exact-number.js';

describe('isExactNumber', () => {
  it.each([
    '9007199254740993',
    '-9007199254740993',
    '0.1000000000000000055511151231257827',
    '0.30000000000000004441',
    '1e400',
    '-1e400',
    '1e-400',
    '1e99999999999999999999',
    '1e-99999999999999999999',
    '123456789012345678901234567890',
    `0.${'0'.repeat(400)}1`,
    '1.7976931348623159e308',
  ])('says no to %s', (text) => {
    expect(isExactNumber(text)).toBe(false);
  });

  it.each([
    '0',
    '-0',
    '-0.0',
    '0e400',
    '0.000e-99999999999999999999',
    '0.1',
    '1.0',
    '1e2',
    '1E+2',
    '100e-2',
    '9007199254740991',
    '9007199254740992',
    '9007199254740994',
    '100000000000000000000000',
    '1e23',
    '1.000000000000000000000000000000',
    '0.30000000000000004',
    '5e-324',
    '1.7976931348623157e308',
    `1${'0'.repeat(300)}`,
    `${'1'.padEnd(301, '0')}e-300`,
  ])('says yes to %s', (text) => {
    expect(isExactNumber(text)).toBe(true);
  });

  it('says yes to every double as JSON.stringify prints it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        expect(isExactNumber(JSON.stringify(double))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('says yes to an integer exactly when its double prints to the same integer', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (integer) => {
        const printed = JSON.stringify(Number(integer));
        const same = !printed.includes('e') && BigInt(printed) === integer;
        fc.pre(!printed.includes('e'));
        expect(isExactNumber(String(integer))).toBe(same);
      }),
      { numRuns: 1000 },
    );
  });

  it('sees the same number however its zeros and exponent are written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 60n }), fc.nat(20), (integer, zeros) => {
        const shifted = `${integer}${'0'.repeat(zeros)}e-${zeros}`;
        const padded = `${integer}.${'0'.repeat(zeros + 1)}`;
        const expected = isExactNumber(String(integer));
        expect([isExactNumber(shifted), isExactNumber(padded)]).toEqual([expected, expected]);
      }),
    );
  });
});
