/**
 * What we use of class-validator, each from its own file: the package's index loads every validator there is, the
 * telephone numbers of all countries included, which takes a fifth of a server's start.
 */
import type { ValidationError, ValidatorOptions } from 'class-validator';
import { Validator } from 'class-validator/cjs/validation/Validator.js';

export { IsOptional } from 'class-validator/cjs/decorator/common/IsOptional.js';
export { ValidateIf } from 'class-validator/cjs/decorator/common/ValidateIf.js';
export { IsIn } from 'class-validator/cjs/decorator/common/IsIn.js';
export { IsBoolean } from 'class-validator/cjs/decorator/typechecker/IsBoolean.js';
export { IsInt } from 'class-validator/cjs/decorator/typechecker/IsInt.js';
export { IsObject } from 'class-validator/cjs/decorator/typechecker/IsObject.js';
export { IsString } from 'class-validator/cjs/decorator/typechecker/IsString.js';
export { Max } from 'class-validator/cjs/decorator/number/Max.js';
export { Min } from 'class-validator/cjs/decorator/number/Min.js';
export { IsISO8601, isISO8601 } from 'class-validator/cjs/decorator/string/IsISO8601.js';
export { IsUUID } from 'class-validator/cjs/decorator/string/IsUUID.js';
export { Matches } from 'class-validator/cjs/decorator/string/Matches.js';
export { MaxLength } from 'class-validator/cjs/decorator/string/MaxLength.js';
export { MinLength } from 'class-validator/cjs/decorator/string/MinLength.js';

const validator = new Validator();

/** What is wrong with an instance, by the decorators of its class. */
export function validate(instance: object, options: ValidatorOptions): ValidationError[] {
  return validator.validateSync(instance, options);
}
