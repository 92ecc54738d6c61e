import { readRoutes, sessionRoutes, writeRoutes } from '../routes.js';

/** The methods of each path that there is a route at, in the order in which HTTP's own list has them. */
const methods = new Map<string, readonly string[]>();
for (const { path } of readRoutes) methods.set(path, ['GET', 'HEAD']);
for (const { path, method } of [...writeRoutes, ...sessionRoutes]) {
  const more = method === 'GET' ? ['GET', 'HEAD'] : [method];
  methods.set(path, [...(methods.get(path) ?? []), ...more]);
}

const known = [...methods].map(([path, allowed]) => ({
  expression: expressionOf(path),
  allowed: [...allowed, 'OPTIONS'],
}));

/** `/pages/:id` is one segment there, a star at the end all that follows. */
function expressionOf(path: string): RegExp {
  const escaped = path.replace(/[.]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:\w+/g, '[^/]+').replace(/\*$/, '.*')}$`);
}

/** What may be done at an address, by the routes that there are; nothing where there is no route. Nothing is looked up. */
export function methodsAt(url: string): readonly string[] | undefined {
  const path = url.split('?')[0] ?? '';
  const found = known.filter(({ expression }) => expression.test(path));
  return found.length === 0 ? undefined : [...new Set(found.flatMap(({ allowed }) => allowed))];
}
