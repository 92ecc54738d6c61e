/** A ladder that can't be used, or not with this data. The message names the rung and the way out. */
export class WrongLadder extends Error {
  override readonly name = 'WrongLadder';
}
