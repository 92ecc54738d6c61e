/** A link from a text of Markdown to something within the same site. */
export interface SiteLink {
  /** As it stands in the text. */
  readonly written: string;
  /**
   * The way that it goes, with all names decoded and what comes after `#` and `?` left out: `/a/b` from the top of the site, `./a` from
   * where the page stands, `../../a` from further up. It ends with a name.
   */
  readonly way: string;
}

/** A path that is longer leads to no page; nor does one from further below. */
const [longestWay, mostLevels] = [4_096, 100];
/** So many links of a text are looked at. */
const mostLinks = 100_000;

/**
 * What may be a link, each in time that its length bounds. Tried at every place from left to right: what is escaped and what is code are
 * passed over first. The destination is in one of the groups.
 */
const passages = new RegExp(
  [
    String.raw`\\[^\n]`,
    '``[^\\n]*?``',
    '`[^`\\n]*`',
    // [text](destination "title"), ![text](<destination>): parentheses in a destination come in pairs.
    String.raw`\]\([ \t]*\n?[ \t]*(?:<([^<>\n]*)>|((?!<)(?:[^\s()\\]+|\\\S|\((?:[^\s()\\]|\\\S)*\))+))`,
    // [label]: destination
    String.raw`^[ \t>]*\[[^\[\]\n]{1,999}\]:[ \t]*\n?[ \t]*(?:<([^<>\n]*)>|([^\s<]\S*))`,
    // <img src="destination">, <a href='destination'>
    String.raw`\b(?:src|href)[ \t]*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)')`,
  ].join('|'),
  'gim',
);

/**
 * The links within the site in a text of Markdown, in the order of the text: of links and pictures, of definitions (`[label]: …`), and of
 * `src` and `href` in HTML. Such as are in blocks or spans of code are none; nor are those to elsewhere (`https:`, `//`), to a
 * place in the same page (`#…`), and to nothing that has a name (`..`). It looks at the text once, from the front to the back.
 */
export function* siteLinksIn(markdown: string): Generator<SiteLink> {
  if (!mayHaveLinks(markdown)) return;
  let count = 0;
  for (const text of outsideOfFences(markdown)) {
    for (const match of text.matchAll(passages)) {
      const [, ...destinations]: readonly (string | undefined)[] = match;
      const written = destinations.find((one) => one !== undefined)?.trim();
      if (written === undefined) continue;
      if (count++ === mostLinks) return;
      const way = wayOf(written);
      if (way !== undefined) yield { written, way };
    }
  }
}

/** Most texts that are no documents have none. */
function mayHaveLinks(markdown: string): boolean {
  return markdown.includes('](') || markdown.includes(']:') || /\b(?:src|href)[ \t]*=/i.test(markdown);
}

const fence = /^[ \t>]*(`{3,}|~{3,})([^\n]*)$/gm;

/** The parts of a text that stand between its blocks of code, and before and after them; a block that isn't closed goes to the end. */
function* outsideOfFences(markdown: string): Generator<string> {
  let from = 0;
  let open: string | undefined;
  for (const { 0: line, 1: marks = '', 2: rest = '', index } of markdown.matchAll(fence)) {
    if (open === undefined) {
      if (marks.startsWith('`') && rest.includes('`')) continue; // a span of code
      yield markdown.slice(from, index);
      open = marks;
    } else if (marks.startsWith(open) && rest.trim() === '') {
      open = undefined;
      from = index + line.length;
    }
  }
  if (open === undefined) yield markdown.slice(from);
}

/** Undefined where it leads out of the site, or to nothing that has a name. */
function wayOf(destination: string): string | undefined {
  const [path = ''] = destination.split(/[?#]/, 1);
  if (path === '' || path.length > longestWay || path.startsWith('//') || /^[a-z][a-z0-9+.-]*:/i.test(path))
    return undefined;
  const names: string[] = [];
  let levelsUp = 0;
  for (const part of path.split('/')) {
    const name = decoded(part);
    if (name === undefined) return undefined;
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) levelsUp++;
  }
  if (names.length === 0 || levelsUp > mostLevels) return undefined;
  const start = path.startsWith('/') ? '/' : levelsUp === 0 ? './' : '../'.repeat(levelsUp);
  return `${start}${names.join('/')}`;
}

/** The name that a part of an address stands for; undefined: there can be none that has a slash in it. */
function decoded(part: string): string | undefined {
  let name = part.replace(/\\([!-/:-@[-`{-~])/g, '$1');
  if (name.includes('%') && !/%(?![0-9a-f]{2})/i.test(name)) {
    try {
      name = decodeURIComponent(name);
    } catch {
      // bytes that are no text stand for themselves
    }
  }
  return name.includes('/') ? undefined : name;
}
