/** A repository, or a commit in it, that can't be imported as asked; the message names which and the way out. */
export class BadHistory extends Error {
  override readonly name = 'BadHistory';
}
