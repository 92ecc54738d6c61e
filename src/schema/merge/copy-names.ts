import type { Spend } from '../json/json.js';

/** `_id`s for blocks inside of copies that the client does not see: one at all schema versions, and one that no block has at any. */
export class CopyNames {
  private readonly byCopy = new Map<string, Map<string, string>>();
  private taken: Set<string> | undefined;

  /** @param everyId asked for once, when the first is needed; what is given is added to it */
  constructor(
    private readonly everyId: () => Set<string>,
    private readonly spend: Spend,
  ) {}

  idFor(hidden: string, copy: string): string {
    const names = this.byCopy.get(copy) ?? new Map<string, string>();
    this.byCopy.set(copy, names);
    const known = names.get(hidden);
    if (known !== undefined) return known;
    this.taken ??= this.everyId();
    this.spend(hidden.length + copy.length); // both may be long, and there may be many
    let name = `${hidden}-${copy}`;
    for (let count = 2; this.taken.has(name); count++) name = `${hidden}-${copy}-${count}`;
    this.taken.add(name);
    names.set(hidden, name);
    return name;
  }
}
