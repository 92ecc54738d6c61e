import { OperatorError, exitCodes } from '../../installation/operator-error.js';

/** @throws OperatorError 64 for what is no whole number; whether there is such a version, the rule knows */
export function readSchemaVersion(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new OperatorError(exitCodes.usage, `a schema version is a whole number from 1, not "${text}"`);
}
