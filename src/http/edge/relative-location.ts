/**
 * A location (RFC 9110 §10.2.2) as seen from the address that was asked for, so that it is right under whatever prefix a proxy
 * gives us: for `/paths/a/b` the page at `/paths/c` is at `../c`. Both are paths of ours, with their escapes; queries may follow.
 */
export function relativeLocation(asked: string, target: string): string {
  const from = directoriesOf(asked);
  const to = directoriesOf(target);
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  const up = '../'.repeat(from.length - shared);
  const down = target
    .split('/')
    .slice(shared + 1)
    .join('/');
  // An empty reference would be the address itself, and so would its query alone.
  return up + down === '' || (up === '' && down.startsWith('?')) ? `./${down}` : up + down;
}

/** The segments of a path but for the last one. */
function directoriesOf(url: string): readonly string[] {
  const path = url.split('?')[0] ?? '';
  return path.split('/').slice(1, -1);
}
