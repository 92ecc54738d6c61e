import { isArray, type JsonObject, type JsonValue } from './json/json.js';
import { isSlotList } from './merge/merged-slots.js';

/**
 * What it takes to look at values once, counted so that every machine decides alike. A step is about as long as a number takes: a
 * list or an object is dearer, a block still more, so many characters are one step, and blocks inside of blocks are looked at again
 * with each that they stand in. All as measured (`bench/worst-writes.ts`).
 */
const moreForContainer = 4;
const moreForItem = 2;
const moreForMember = 1;
/** Of an object with so many members each takes longer to be found. */
const manyMembers = 1000;
const moreForOneOfMany = 24;
/** Each field of a page is compared by itself at each schema version. */
const moreForFieldOfPage = 8;
const moreForBlock = 6;
const charactersAStep = 64;
const levelsAStep = 16;

/** Steps that a value takes, and all that is in it. It may be nested as deeply as a document. */
export function stepsOf(value: JsonValue): number {
  return counted(value, 1);
}

/** @param dearness of what stands as deep as this */
function counted(value: JsonValue, dearness: number): number {
  if (typeof value === 'string') return dearness + value.length / charactersAStep;
  if (typeof value !== 'object' || value === null) return dearness;
  const deeper = dearness + 1 / levelsAStep;
  if (isArray(value)) {
    let steps = dearness * (1 + moreForContainer);
    for (const item of value) steps += moreForItem + counted(item, deeper);
    return steps;
  }
  const isBlock = Object.hasOwn(value, '_id') || Object.hasOwn(value, '_type');
  let steps = dearness * (1 + moreForContainer + (isBlock ? moreForBlock : 0));
  const keys = Object.keys(value);
  steps += keys.length * moreForMembers(keys.length);
  for (const key of keys) steps += key.length / charactersAStep + counted(value[key] as JsonValue, deeper);
  return steps;
}

function moreForMembers(count: number): number {
  return count > manyMembers ? moreForOneOfMany : moreForMember;
}

/** Items of a list that has not changed are only counted. */
const itemsAStep = 8;

/** Counts the steps of views of one page; a list of blocks that comes again is not counted again. */
export class StepCounter {
  private readonly known = new Map<JsonValue, number>();

  /** @param isUnchanged whether no more than a glance is needed at a list of blocks right in the page */
  of(page: JsonObject, isUnchanged: (list: JsonValue) => boolean = () => false): number {
    const keys = Object.keys(page);
    let steps = 1 + keys.length * (moreForFieldOfPage + moreForMembers(keys.length));
    for (const key of keys) {
      const value = page[key] as JsonValue;
      steps += key.length / charactersAStep;
      if (!isSlotList(value)) steps += stepsOf(value);
      else steps += isUnchanged(value) ? value.length / itemsAStep : this.ofSlot(value);
    }
    return steps;
  }

  private ofSlot(list: JsonValue): number {
    const steps = this.known.get(list) ?? stepsOf(list);
    this.known.set(list, steps);
    return steps;
  }
}
