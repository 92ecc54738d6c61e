/**
 * Remembers values of up to `limit` together, each as large as `sizeOf` says, and begins anew when there are more: what
 * is asked for often is back at once, and nothing needs to be kept in order of use. Only for what can be found again.
 */
export class Memory<K, V> {
  private readonly values = new Map<K, V>();
  private size = 0;

  /** Without `sizeOf`, `limit` counts values. */
  constructor(
    private readonly limit: number,
    private readonly sizeOf: (value: V) => number = () => 1,
  ) {}

  get(key: K): V | undefined {
    return this.values.get(key);
  }

  set(key: K, value: V): void {
    this.delete(key);
    const size = this.sizeOf(value);
    if (this.size + size > this.limit) this.clear();
    if (size > this.limit) return;
    this.values.set(key, value);
    this.size += size;
  }

  delete(key: K): void {
    const value = this.values.get(key);
    if (value !== undefined && this.values.delete(key)) this.size -= this.sizeOf(value);
  }

  clear(): void {
    this.values.clear();
    this.size = 0;
  }
}
