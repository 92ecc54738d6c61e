import { brokenBlock } from './block-changes.js';
import { blockId, blocksIn, blockType, replaceBlock, takeOut } from './blocks.js';
import { isArray, isObject, type JsonObject, type JsonValue } from './json.js';
import type { Ladder } from './ladder.js';
import type { Draft } from './operations/operation.js';
import type { TypeStep } from './rung.js';
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
  let blocks = legs.length > 0 ? blocksIn(draft) : [];
  for (const leg of legs) {
    if (direction === 'up') {
      for (const block of blocks) run.block(leg, block);
      run.page(leg);
    } else {
      run.page(leg);
      if (leg.isOpaque) run.beneath(leg, draft);
      else for (let i = blocks.length - 1; i >= 0; i--) run.block(leg, blocks[i] as Draft);
    }
    if (run.takeOutHidden() || leg.isOpaque) blocks = blocksIn(draft);
  }
  return { content: draft, isUntouched: run.isUntouched, broken: run.broken };
}

/** A name that JSON can only write as it is, or with escapes by number. */
const plainName = /^[\w-]+$/;

/**
 * Whether a document could look different at the other end of a way, or fit there otherwise than here: told from its
 * text, because a block says its type in it. To parse it would cost more than all else of a read. `true` now and then
 * for a document that is the same at both ends, such as one that talks about a type.
 */
export function isConcerned({ concerns }: Way, type: string, text: string): boolean {
  if (concerns.size === 0) return false;
  if (concerns.has(type) || text.includes('\\u')) return true;
  for (const name of concerns) if (!plainName.test(name) || text.includes(`"${name}"`)) return true;
  return false;
}

/** One conversion under way. */
class Run {
  readonly broken: BrokenBlock[] = [];
  isUntouched = true;
  private readonly hidden = new Set<JsonValue>();

  constructor(
    private readonly draft: JsonObject,
    private readonly type: string,
  ) {}

  page(leg: Leg): void {
    const step = leg.steps.get(this.type);
    if (!step) return;
    this.isUntouched = false;
    this.hideFrom(step, this.draft);
    const failure = attempt(step, this.draft);
    if (typeof failure === 'string') this.note(leg, this.type, null, failure);
  }

  block(leg: Leg, block: Draft): void {
    const type = block['_type'] as string; // or it would be no block
    const step = leg.steps.get(type);
    if (!step) return;
    this.isUntouched = false;
    this.hideFrom(step, block);
    const result = attempt(step, block);
    if (result === false) this.hidden.add(block);
    if (typeof result !== 'string') return;
    this.note(leg, type, blockId(block) ?? null, result);
    replaceBlock(block, brokenBlock(block, leg.to, result));
  }

  /** Parents before children, which may be others once their parent has changed. */
  beneath(leg: Leg, value: JsonValue): void {
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

  takeOutHidden(): boolean {
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
    return error instanceof Error ? error.message : String(error);
  }
}
