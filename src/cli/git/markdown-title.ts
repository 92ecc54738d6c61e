/**
 * The text of the first heading (`# …` of any level, CommonMark "ATX headings") that is neither in a code fence
 * nor in the front matter; null without one. What is marked up in it stays as it is written.
 */
export function markdownTitle(text: string): string | null {
  let fence: string | null = null;
  for (const line of linesAfterFrontMatter(text)) {
    const [, mark] = fencePattern.exec(line) ?? [];
    if (fence !== null) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = null;
    } else if (mark !== undefined) {
      fence = mark;
    } else {
      const title = headingPattern.exec(line)?.[1]?.replace(closingMarks, '').trim();
      if (title) return title;
    }
  }
  return null;
}

/** A fence of backticks has none further on in its line, where it would be code in a paragraph. */
const fencePattern = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
const headingPattern = /^ {0,3}#{1,6}[ \t]+(.*)$/;
const closingMarks = /(^|[ \t])#+[ \t]*$/;

function linesAfterFrontMatter(text: string): readonly string[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  const end =
    lines[0]?.trimEnd() === '---'
      ? lines.findIndex((line, i) => i > 0 && /^(---|\.\.\.)\s*$/.test(line))
      : -1;
  return lines.slice(end + 1);
}
