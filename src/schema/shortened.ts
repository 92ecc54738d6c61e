/** A text as it stands in a sentence: what somebody, or a rung, has made may have millions of characters. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
