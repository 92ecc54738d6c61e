/** An event that stops an upgrade: damaged, or one that this version can't project. */
export class BadEvent extends Error {
  override readonly name = 'BadEvent';

  constructor(
    readonly position: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function missingAt(position: number): BadEvent {
  return new BadEvent(position, `the log misses position ${position}: run \`palimpsest verify\``);
}

export function damagedAt(position: number): BadEvent {
  return new BadEvent(position, `the log is damaged at position ${position}: run \`palimpsest verify\``);
}
