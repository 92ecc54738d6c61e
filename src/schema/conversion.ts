import { brokenBlock } from './merge/block-changes.js';
import { blockId, blocksIn, blockType, replaceBlock, takeOut } from './blocks.js';
import { copyWithTokens, Snapshots } from './merge/item-tokens.js';
import { isArray, isObject, type JsonObject, type JsonValue } from './json/json.js';
import type { Ladder } from './ladder.js';
import type { Draft } from './operations/operation.js';
import type { TypeStep } from './rung.js';
import { shortened } from './shortened.js';
import type { Leg, Way } from './way.js';

/** A block (`null`: the page itself) that a rung failed on, and why. `schemaVersion`: the version it did not reach. */
export interface BrokenBlock {
  readonly schemaVersion: number;
  readonly type: string;
  readonly id: string | null;
  readonly message: string;
}

export interface Converted {
  readonly content: JsonObject;
  /** No rung has anything to do with this document. */
  readonly isUntouched: boolean;
  readonly broken: readonly BrokenBlock[];
}

/**
 * What a document looks like at another schema version: `C[from→to]`. Rung by rung; inside a rung children come
 * before parents on the way up, parents before children on the way down. Total: a block that a rung fails on becomes
 * a `broken` one, a page whose own fields a rung fails on keeps them as they were.
 * @param draft the document at `from`, which is used up
 * @throws Error where no way leads from one to the other
 */
export function convert(
  ladder: Ladder,
  type: string,
  draft: JsonObject,
  from: number,
  to: number,
): Converted {
  const { direction, legs } = ladder.way(from, to);
  const run = new Run(draft, type);
  for (const leg of legs) run.leg(leg, direction);
  return { content: draft, isUntouched: run.isUntouched, broken: run.broken };
}

/** A document at one of the schema versions on a way. */
export interface Step extends Pick<Converted, 'content' | 'broken'> {
  readonly at: number;
}

/**
 * The same for every schema version on the way to the end of the ladder, one after the other, as far as there is a way:
 * what `convert` gives for each, for the price of the longest. What is sent to it (`next(content)`) takes the place of
 * what it gave, and is what it goes on with.
 * @param document the document at `from`; it stays as it is
 */
export function* convertAlong(
  ladder: Ladder,
  type: string,
  document: JsonObject,
  from: number,
  direction: 'up' | 'down',
): Generator<Step, void, JsonObject | undefined> {
  let draft = copyWithTokens(document);
  let run = new Run(draft, type);
  let snapshots = new Snapshots();
  const end = direction === 'up' ? ladder.finalized : 1;
  let content = document;
  for (let here = from; here !== end;) {
    const at = direction === 'up' ? here + 1 : here - 1;
    if (!ladder.leads(here, at)) return;
    const touched = run.rung(ladder.way(here, at).legs, direction);
    if (touched !== 'nothing') content = snapshots.take(draft, touched === 'the page alone');
    const other: JsonObject | undefined = yield { at, content, broken: [...run.broken] };
    if (other && other !== content) {
      content = other;
      draft = copyWithTokens(other);
      run = new Run(draft, type);
      snapshots = new Snapshots();
    }
    here = at;
  }
}

/** A name that JSON can only write as it is, or with escapes by number. */
const plainName = /^[\w-]+$/;

/**
 * Whether a document could look different at the other end of a way: told from its text, because a block says its type in it. To
 * parse it would cost more than all else of a read. `true` now and then for a document that is the same at both ends, such as
 * one that talks about a type.
 */
export function isTouched({ touches }: Way, type: string, text: string): boolean {
  return isOfOne(touches, type, text);
}

/** The same, or fit there otherwise than here. */
export function isConcerned({ concerns }: Way, type: string, text: string): boolean {
  return isOfOne(concerns, type, text);
}

function isOfOne(types: ReadonlySet<string>, type: string, text: string): boolean {
  if (types.size === 0) return false;
  if (types.has(type) || text.includes('\\u')) return true;
  for (const name of types) if (!plainName.test(name) || text.includes(`"${name}"`)) return true;
  return false;
}

/** One conversion under way. */
class Run {
  readonly broken: BrokenBlock[] = [];
  isUntouched = true;
  private touchesOfPage = 0;
  private touchesOfBlocks = 0;
  private readonly hidden = new Set<JsonValue>();
  private blocks: readonly JsonObject[] | undefined;

  constructor(
    private readonly draft: JsonObject,
    private readonly type: string,
  ) {}

  /** Goes one rung, and says what that had to do with. */
  rung(legs: readonly Leg[], direction: Way['direction']): 'nothing' | 'the page alone' | 'blocks' {
    const before = { page: this.touchesOfPage, blocks: this.touchesOfBlocks };
    for (const leg of legs) this.leg(leg, direction);
    if (this.touchesOfBlocks > before.blocks) return 'blocks';
    return this.touchesOfPage > before.page ? 'the page alone' : 'nothing';
  }

  leg(leg: Leg, direction: Way['direction']): void {
    const blocks = (this.blocks ??= blocksIn(this.draft));
    if (direction === 'up') {
      for (const block of blocks) this.block(leg, block);
      this.page(leg);
    } else {
      this.page(leg);
      if (leg.isOpaque) this.beneath(leg, this.draft);
      else for (let i = blocks.length - 1; i >= 0; i--) this.block(leg, blocks[i] as Draft);
    }
    if (this.takeOutHidden() || leg.isOpaque) this.blocks = undefined;
  }

  private page(leg: Leg): void {
    const step = leg.steps.get(this.type);
    if (!step) return;
    this.isUntouched = false;
    this.touchesOfPage++;
    // A foreign function may make or move blocks.
    if (step.isOpaque) this.touchesOfBlocks++;
    this.hideFrom(step, this.draft);
    const failure = attempt(step, this.draft);
    if (typeof failure === 'string') this.note(leg, this.type, null, failure);
  }

  private block(leg: Leg, block: Draft): void {
    const type = block['_type'] as string; // or it would be no block
    const step = leg.steps.get(type);
    if (!step) return;
    this.isUntouched = false;
    this.touchesOfBlocks++;
    this.hideFrom(step, block);
    const result = attempt(step, block);
    if (result === false) this.hidden.add(block);
    if (typeof result !== 'string') return;
    this.note(leg, type, blockId(block) ?? null, result);
    replaceBlock(block, brokenBlock(block, leg.to, result));
  }

  /** Parents before children, which may be others once their parent has changed. */
  private beneath(leg: Leg, value: JsonValue): void {
    if (!isArray(value) && !isObject(value)) return;
    for (const child of isArray(value) ? value : Object.values(value)) {
      if (blockType(child) !== undefined) this.block(leg, child as Draft);
      if (!this.hidden.has(child)) this.beneath(leg, child);
    }
  }

  /** A foreign function must not see what is hidden: it could return copies of it. */
  private hideFrom(step: TypeStep, object: JsonObject): void {
    if (step.isOpaque && this.hidden.size > 0) takeOut(object, this.hidden);
  }

  private takeOutHidden(): boolean {
    if (this.hidden.size === 0) return false;
    takeOut(this.draft, this.hidden);
    this.hidden.clear();
    return true;
  }

  private note(leg: Leg, type: string, id: string | null, message: string): void {
    this.broken.push({ schemaVersion: leg.to, type, id, message });
  }
}

/** Whether the object is still to be seen, or what went wrong. */
function attempt(step: TypeStep, object: Draft): boolean | string {
  if (!step.isOpaque) return step.run(object);
  try {
    return step.run(object);
  } catch (error) {
    return failureText(error);
  }
}

/** Characters of what a rung says when it fails: it stands in documents. */
const failureLimit = 500;

/** What was thrown, as a sentence of bounded length; an author's function may throw anything, also what can't be printed. */
function failureText(error: unknown): string {
  try {
    const said: unknown = error instanceof Error ? error.message : error;
    return shortened(typeof said === 'string' ? said : String(said), failureLimit);
  } catch {
    return 'it threw something that can’t be printed';
  }
}
