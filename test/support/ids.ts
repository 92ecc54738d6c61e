/** A UUID that is the same for the same number. */
export function idNumber(number: number): string {
  return `${number.toString(16).padStart(8, '0')}-0000-4000-8000-00000000000a`;
}
