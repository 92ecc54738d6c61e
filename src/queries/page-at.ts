import type { Access } from '../access/access.js';
import { Refusal } from '../refusal.js';
import { pathFinder } from './path-finder.js';
import type { ReadModel } from './read-model.js';

/** Finds the page that is at a path now, for those to whom it is there by that path. @throws Refusal `not-found` */
export function pageAtFinder(model: ReadModel): (path: string, access: Access) => string {
  const paths = pathFinder(model.db);
  return (path, access) => {
    const id = paths.at(path, model.position());
    const page = id === undefined ? undefined : model.pages.latest(id)?.view;
    const sight = page ? access.sightOf(page) : 'nothing';
    if (page && (sight === 'all' || (sight === 'published' && page.isWayPublished))) return page.id;
    throw new Refusal('not-found', `there is no page at ${path}`);
  };
}
