import { OperatorError, exitCodes } from '../../installation/operator-error.js';

/** Tests one character of a path; `isFirst`: no other of its name comes before it. */
type Takes = (char: string, isFirst: boolean) => boolean;

/** Where a reader of a path can be in a pattern. */
interface State {
  /** Where it is as well, without reading anything; of `isStar` only unless a name begins there with a dot. */
  readonly free: State[];
  readonly isStar?: boolean;
  readonly takes?: Takes;
  readonly next?: State;
  /** In which step it was last reached. */
  step: number;
}

/** Characters of a pattern; what a path costs is at most its length times this. */
const patternLimit = 500;

/**
 * The paths that a pattern means: `*` any part of a name, `?` a character of it, `[a-z]` and `[!a-z]` one of some, `**` any
 * directories, `{a,b}` one or the other, a backslash what it comes before. Names that begin with a dot only where it is named.
 * Follows all readings of the pattern at once, character by character: no pattern and no path makes it try again.
 * @throws OperatorError 64 for a pattern that says something else, or too much
 */
export function globOf(pattern: string): (path: string) => boolean {
  if (pattern === '') throw wrong(pattern, 'is empty');
  if (pattern.length > patternLimit) throw wrong(pattern, `is longer than ${patternLimit} characters`);
  if (pattern.startsWith('!')) throw wrong(pattern, 'begins with a !');
  const start = state();
  const end = new PatternReader(pattern).read(start);
  let step = 0;
  const withFree = (states: State[], isHidden: boolean): State[] => {
    step++;
    const all: State[] = [];
    const add = (state: State): void => {
      if (state.step === step) return;
      state.step = step;
      all.push(state);
    };
    states.forEach(add);
    // What is added on the way is gone through, too.
    for (const each of all) if (!(each.isStar && isHidden)) each.free.forEach(add);
    return all;
  };
  return (path) => {
    let here = [start];
    let isFirst = true;
    for (const char of path) {
      const next: State[] = [];
      for (const each of withFree(here, isFirst && char === '.'))
        if (each.next && each.takes?.(char, isFirst)) next.push(each.next);
      if (next.length === 0) return false;
      here = next;
      isFirst = char === '/';
    }
    return withFree(here, false).includes(end);
  };
}

function state(isStar = false): State {
  return { free: [], isStar, step: 0 };
}

/** A backslash would do, and says that it is meant. */
const foreignSyntax = new Set(['(', ')', '|']);

class PatternReader {
  private at = 0;
  private readonly chars: readonly string[];

  constructor(private readonly pattern: string) {
    this.chars = Array.from(pattern.replace(/^\.\//, ''));
  }

  read(from: State): State {
    const end = this.sequence(from, 0);
    if (this.at < this.chars.length) throw wrong(this.pattern, 'has a } without its {');
    return end;
  }

  /** Up to what ends it; answers where one is after it. */
  private sequence(from: State, depth: number): State {
    let last = from;
    while (this.at < this.chars.length) {
      const char = this.chars[this.at] ?? '';
      if (char === '}' || (char === ',' && depth > 0)) return last;
      this.at++;
      last = this.part(char, last, depth);
    }
    return last;
  }

  private part(char: string, from: State, depth: number): State {
    switch (char) {
      case '*':
        return this.stars(from, depth > 0 ? ['/', '{', ','] : ['/']);
      case '?':
        return then(from, anyOfName);
      case '[':
        return then(from, this.charClass());
      case '{':
        return this.alternatives(from, depth + 1);
      case '\\':
        return then(from, only(this.take('ends with a backslash')));
      default:
        if (foreignSyntax.has(char)) throw wrong(this.pattern, `has a ${char}`);
        return then(from, only(char));
    }
  }

  /** @param begins what a name may begin after */
  private stars(from: State, begins: readonly string[]): State {
    const before = this.chars[this.at - 2] ?? '/';
    const isTwo = this.chars[this.at] === '*';
    while (this.chars[this.at] === '*') this.at++;
    const after = this.chars[this.at] ?? '}';
    if (!isTwo || !begins.includes(before) || !'/},'.includes(after)) return star(from);
    if (after === '/') this.at++;
    const directories = directoriesAfter(from);
    return after === '/' ? directories : star(directories);
  }

  private alternatives(from: State, depth: number): State {
    const end = state();
    const begin = this.at;
    for (let char = ','; char === ','; char = this.take('has a { without its }')) {
      const first = state();
      from.free.push(first);
      this.sequence(first, depth).free.push(end);
    }
    if (this.chars.slice(begin, this.at).join('').includes('..'))
      throw wrong(this.pattern, 'has a range in braces');
    return end;
  }

  private charClass(): Takes {
    const isNegated = this.chars[this.at] === '!' || this.chars[this.at] === '^';
    if (isNegated) this.at++;
    const ranges: (readonly [from: string, to: string])[] = [];
    for (let char = this.classChar(); char !== ']' || ranges.length === 0; char = this.classChar()) {
      if (char === '[' && this.chars[this.at] === ':')
        throw wrong(this.pattern, 'has a class of characters by name');
      const from = char === '\\' ? this.classChar() : char;
      const isRange = this.chars[this.at] === '-' && this.chars[this.at + 1] !== ']';
      if (isRange) this.at++;
      ranges.push([from, isRange ? this.classChar() : from]);
    }
    const isIn = (char: string) =>
      ranges.some(([from, to]) => codeOf(from) <= codeOf(char) && codeOf(char) <= codeOf(to));
    return (char, isFirst) =>
      isNegated ? anyOfName(char, isFirst) && !isIn(char) : char !== '/' && isIn(char);
  }

  private classChar(): string {
    return this.take('has a [ without its ]');
  }

  private take(fault: string): string {
    const char = this.chars[this.at++];
    if (char === undefined) throw wrong(this.pattern, fault);
    return char;
  }
}

const anyOfName: Takes = (char, isFirst) => char !== '/' && !(isFirst && char === '.');
const slash: Takes = (char) => char === '/';

function only(wanted: string): Takes {
  return (char) => char === wanted;
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}

function then(from: State, takes: Takes): State {
  const next = state();
  from.free.push({ free: [], takes, next, step: 0 });
  return next;
}

/** Any number of characters of a name. */
function star(from: State): State {
  const loop = state(true);
  from.free.push(loop);
  loop.free.push({ free: [], takes: anyOfName, next: loop, step: 0 });
  return loop;
}

/** Any number of whole names with the slash after each. */
function directoriesAfter(from: State): State {
  const loop = state();
  from.free.push(loop);
  then(star(then(loop, anyOfName)), slash).free.push(loop);
  return loop;
}

function wrong(pattern: string, fault: string): OperatorError {
  const shown = pattern.length > 100 ? `${pattern.slice(0, 100)}…` : pattern;
  return new OperatorError(
    exitCodes.usage,
    `the pattern ${JSON.stringify(shown)} ${fault}: --match takes * ? [a-z] [!a-z] ** {a,b}, and a backslash before what is to stand for itself`,
  );
}
