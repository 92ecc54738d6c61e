interface Decimal {
  /** Significant digits, without zeros at either end; empty for zero. */
  readonly digits: string;
  /** The power of ten of the last digit. */
  readonly exponent: number;
}

/**
 * Whether a JSON number survives being read as a double: the shortest printing of its double denotes the same
 * decimal. 0.1, 1.0 and 1e23 do; 9007199254740993, 1e400 and 1e-400 do not. Linear in the length of the text.
 */
export function isExactNumber(text: string): boolean {
  // A double keeps every decimal of 15 digits (DBL_DIG), as long as it is neither huge nor tiny.
  if (text.length <= 15 && !/[eE]/.test(text)) return true;
  const double = Number(text);
  if (!Number.isFinite(double)) return false;
  const written = readDecimal(text);
  const kept = readDecimal(String(double));
  if (written.digits === '') return true;
  return written.digits === kept.digits && written.exponent === kept.exponent;
}

/** The sign is left out: reading a number as a double keeps it. */
function readDecimal(text: string): Decimal {
  const [mantissa = '', exponent = '0'] = text.split(/[eE]/);
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const all = whole + fraction;
  // Loops and not /0+$/, which is quadratic on many zeros before a last digit.
  let start = 0;
  while (all[start] === '0') start++;
  let end = all.length;
  while (end > start && all[end - 1] === '0') end--;
  return {
    digits: all.slice(start, end),
    exponent: Number(exponent) - fraction.length + (all.length - end),
  };
}
