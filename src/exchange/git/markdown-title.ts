/**
 * The text of the first heading (CommonMark, "ATX headings" and "Setext headings", of any level) that is neither in a
 * code fence, nor in HTML such as a comment, nor in the front matter, which is other tools' and not looked at; null
 * without one. What is marked up in it stays as it is written.
 */
export function markdownTitle(text: string): string | null {
  let untilEnd: ((line: string) => boolean) | null = null;
  let paragraph: string[] = [];
  for (const line of linesAfterFrontMatter(text)) {
    if (untilEnd) {
      if (untilEnd(line)) untilEnd = null;
      continue;
    }
    if (paragraph.length > 0 && underlinePattern.test(line)) return paragraph.join(' ');
    const atx = headingPattern.exec(line)?.[1]?.replace(closingMarks, '').trim();
    if (atx) return atx;
    untilEnd = endOfOpaque(line);
    if (untilEnd?.(line.trimStart().slice(1))) untilEnd = null;
    const goesOn = untilEnd === null && isParagraph(line, paragraph.length > 0);
    if (!goesOn) paragraph = [];
    else paragraph.push(line.trim());
  }
  return null;
}

/** What ends a block that begins with this line and in which nothing is a heading; null: it begins none. */
function endOfOpaque(line: string): ((line: string) => boolean) | null {
  const [, fence] = fencePattern.exec(line) ?? [];
  if (fence !== undefined) {
    const closing = new RegExp(`^ {0,3}${fence}${fence[0] ?? ''}*[ \\t]*$`);
    return (later) => closing.test(later);
  }
  for (const [begin, end] of htmlBlocks) if (begin.test(line)) return (later) => end.test(later);
  return null;
}

/** A fence of backticks has none further on in its line, where it would be code in a paragraph. */
const fencePattern = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
const headingPattern = /^ {0,3}#{1,6}[ \t]+(.*)$/;
const closingMarks = /(^|[ \t])#+[ \t]*$/;
const underlinePattern = /^ {0,3}(?:=+|-+)[ \t]*$/;

/** CommonMark, "HTML blocks", kinds 1 to 6: how they begin and end. */
const htmlBlocks = [
  [/^ {0,3}<(?:pre|script|style|textarea)(?:[\s>]|$)/i, /<\/(?:pre|script|style|textarea)>/i],
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [/^ {0,3}<![a-z]/i, />/],
  [
    new RegExp(
      `^ {0,3}</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:\\s|/?>|$)`,
      'i',
    ),
    /^\s*$/,
  ],
] as const;

/** Whether the line can be one of a heading's, above the one that underlines it. */
function isParagraph(line: string, isOpen: boolean): boolean {
  if (line.trim() === '' || (!isOpen && /^(?: {4}| {0,3}\t)/.test(line))) return false;
  return !/^ {0,3}(?:>|[-+*](?:\s|$)|\d{1,9}[.)](?:\s|$)|#{1,6}(?:\s|$)|(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$|[=]+[ \t]*$)/.test(
    line,
  );
}

function linesAfterFrontMatter(text: string): readonly string[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  const end =
    lines[0]?.trimEnd() === '---'
      ? lines.findIndex((line, i) => i > 0 && /^(---|\.\.\.)\s*$/.test(line))
      : -1;
  return lines.slice(end + 1);
}
