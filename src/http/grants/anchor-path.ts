import { slugPattern } from '../../events/limits.js';

/** What a grant begins at, as clients say it. */
export const anchorPath = {
  type: String,
  nullable: true,
  example: '/docs/guides',
  description: 'The page from which downwards it is so; `/`, null or absent: the whole site',
} as const;

const slug = slugPattern.source.replace(/^\^|\$$/g, '');

export const pathPattern = new RegExp(
  `^(?:/|(?:/${slug.replace('(?!\\.{1,2}$)', '(?!\\.{1,2}(?:/|$))')})+)$`,
  'u',
);

export const pathRule = 'path has to be that of a page, as "/docs/guides", or "/" for the whole site';

/** Null: the whole site. */
export function pathOf(path: string | null | undefined): string | null {
  return path === undefined || path === '/' ? null : path;
}
