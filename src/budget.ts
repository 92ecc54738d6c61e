export interface Limits {
  /** For all together. */
  readonly all: number;
  /** For each of them. */
  readonly one: number;
}

/** What may be held of something at once, by all together and by each of them. What is taken has to be given back. */
export class Budget {
  private held = 0;
  private readonly byOne = new Map<string, number>();

  constructor(readonly limits: Limits) {}

  /** What all hold. */
  get inUse(): number {
    return this.held;
  }

  /** What is left for all together. */
  get left(): number {
    return this.limits.all - this.held;
  }

  /** What is left of this one's own share. */
  leftOf(one: string): number {
    return this.limits.one - (this.byOne.get(one) ?? 0);
  }

  /** Whether there was so much left, which is held from now on. */
  take(one: string, amount: number): boolean {
    if (amount > this.left || amount > this.leftOf(one)) return false;
    this.add(one, amount);
    return true;
  }

  /** Takes it in any case: it is there already. */
  add(one: string, amount: number): void {
    this.held += amount;
    this.byOne.set(one, (this.byOne.get(one) ?? 0) + amount);
  }

  giveBack(one: string, amount: number): void {
    this.held -= amount;
    const left = (this.byOne.get(one) ?? 0) - amount;
    if (left > 0) this.byOne.set(one, left);
    else this.byOne.delete(one);
  }
}
