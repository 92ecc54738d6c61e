import { sizeOf } from '../json/document-size.js';
import type { JsonObject, Spend } from '../json/json.js';
import { StepCounter, stepsOf } from '../steps.js';

/** Looking at what was seen, what was sent or what readers had in all of a merge at one schema version takes so many times its steps. */
const stepsOfMerge = 4;
/** A view that is kept is compared, printed and written: in the time of a step so many characters of its texts. */
const stepsOfKeeping = 3;
const charactersPrinted = 16;

/** What a save spends on views, in steps (`../steps.ts`), before it does anything with them. */
export class MergePrice {
  private readonly steps = new StepCounter();

  constructor(private readonly spend: Spend) {}

  /** Of a document that is there before anything is merged. */
  ofSeeing(view: JsonObject): void {
    this.spend(stepsOfMerge * stepsOf(view));
  }

  /** @param isSearched whether it is looked for blocks that have come or gone */
  ofMerging(view: JsonObject, areBlocksAsBefore: boolean, isSearched: boolean): void {
    this.spend(stepsOfMerge * this.steps.of(view, () => areBlocksAsBefore));
    if (isSearched) this.spend(this.steps.of(view));
  }

  ofKeeping(view: JsonObject): void {
    this.spend(stepsOfKeeping * this.steps.of(view) + sizeOf(view).characters / charactersPrinted);
  }
}
