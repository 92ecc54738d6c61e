/** The directory can't become the repository; the message names the way out. */
export class CannotExport extends Error {
  override readonly name = 'CannotExport';
}
