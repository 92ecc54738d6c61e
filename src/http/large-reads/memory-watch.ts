/** Often enough for a thread that fills a gigabyte in half a second. */
const lookEveryMs = 25;

/**
 * Says when the process has grown by more than it may since `begin`. V8's own limit is no use for that: where a thread asks
 * for much in a piece while its heap is full, it ends the process.
 */
export class MemoryWatch {
  private looking: NodeJS.Timeout | undefined;

  constructor(
    private readonly mostBytes: number,
    private readonly tooMuch: () => void,
  ) {}

  /** Goes on where it is at it already. */
  begin(): void {
    if (this.looking) return;
    const before = process.memoryUsage.rss();
    this.looking = setInterval(() => {
      if (process.memoryUsage.rss() - before > this.mostBytes) this.tooMuch();
    }, lookEveryMs).unref();
  }

  end(): void {
    clearInterval(this.looking);
    this.looking = undefined;
  }
}
