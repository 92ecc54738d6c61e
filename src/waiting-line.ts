/** A line of clients: each gets its turn in rotation, however much it has waiting. */
export class WaitingLine<Job> {
  /** By who waits, whose turn is next first. */
  private readonly jobs = new Map<string, Job[]>();
  private count = 0;

  get length(): number {
    return this.count;
  }

  lengthOf(who: string): number {
    return this.jobs.get(who)?.length ?? 0;
  }

  add(who: string, job: Job): void {
    const jobs = this.jobs.get(who);
    if (jobs) jobs.push(job);
    else this.jobs.set(who, [job]);
    this.count += 1;
  }

  /** The oldest job of whoever is next; those that `isBusy` are passed over, and stay where they are. */
  next(isBusy: (who: string) => boolean): Job | undefined {
    for (const [who, jobs] of this.jobs) {
      if (isBusy(who)) continue;
      const job = jobs.shift();
      this.jobs.delete(who);
      if (jobs.length > 0) this.jobs.set(who, jobs);
      this.count -= 1;
      return job;
    }
    return undefined;
  }

  /** All that wait; nobody does afterwards. */
  clear(): readonly Job[] {
    const all = [...this.jobs.values()].flat();
    this.jobs.clear();
    this.count = 0;
    return all;
  }
}
