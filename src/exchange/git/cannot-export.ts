import { OperatorError, exitCodes } from '../../installation/operator-error.js';

/** The directory can't become the repository; the message names the way out. */
export class CannotExport extends OperatorError {
  constructor(message: string, options?: ErrorOptions) {
    super(exitCodes.cannotCreate, message, options);
  }
}
