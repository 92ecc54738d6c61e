/**
 * Remembers at most `limit` values, and begins anew when there are more: what is asked for often is back at once,
 * and nothing needs to be kept in order of use. Only for what can be found again.
 */
export class Memory<K, V> {
  private readonly values = new Map<K, V>();

  constructor(private readonly limit: number) {}

  get(key: K): V | undefined {
    return this.values.get(key);
  }

  set(key: K, value: V): void {
    if (this.values.size >= this.limit && !this.values.has(key)) this.values.clear();
    this.values.set(key, value);
  }

  delete(key: K): void {
    this.values.delete(key);
  }

  clear(): void {
    this.values.clear();
  }
}
