const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A method that a route has; undefined for whatever else clients make up, which must not make statistics of its own. */
export function knownMethod(method: string): string | undefined {
  return methods.has(method) ? method : undefined;
}
