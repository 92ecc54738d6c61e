import { OperatorError, exitCodes } from '../../installation/operator-error.js';

/** A repository, or a commit in it, that can't be imported as asked; the message names which and the way out. */
export class BadHistory extends OperatorError {
  constructor(message: string, options?: ErrorOptions) {
    super(exitCodes.badData, message, options);
  }
}
