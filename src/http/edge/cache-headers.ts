import type { CacheSettings } from '../../installation/edge-settings.js';

/** How the products that keep answers want to be told what those are about: `surrogate-key` is what routes say. */
const written: Readonly<Record<CacheSettings['keyHeader'], (keys: readonly string[]) => string>> = {
  'surrogate-key': (keys) => keys.join(' '),
  xkey: (keys) => keys.join(' '),
  'cache-tag': (keys) => keys.join(','),
  'cache-groups': (keys) => keys.map((key) => `"${key}"`).join(', '), // RFC 9875 §2: a list of strings
};

/**
 * The head of an answer as the caches in front want it, names in lower case and values by turns: its keys by the header that they
 * read, and how long they may keep what is public, where the operator has said so (RFC 9213).
 */
export function forCaches(head: readonly string[], { keyHeader, cdnSeconds }: CacheSettings): string[] {
  const told: string[] = [];
  let isPublic = false;
  for (let index = 0; index < head.length; index += 2) {
    const [name = '', value = ''] = [head[index], head[index + 1]];
    if (name === 'cache-control') isPublic = /^public\b/.test(value);
    if (name === 'surrogate-key') told.push(keyHeader, written[keyHeader](value.split(' ')));
    else told.push(name, value);
  }
  if (isPublic && cdnSeconds > 0) told.push('cdn-cache-control', `max-age=${cdnSeconds}`);
  return told;
}
