/**
 * What a terminal obeys instead of showing it: control characters (C0, DEL, C1), marks that turn the direction of writing,
 * line ends that only some know, halves of surrogate pairs.
 */
const obeyed = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\p{Cs}]/gu;

/** A text of somebody else's making as one line that a terminal shows and does not obey; escapes are those of JSON. */
export function printable(text: string): string {
  return text.replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same for a text of several lines, which are ours. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
