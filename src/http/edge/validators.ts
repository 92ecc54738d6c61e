/**
 * What we use of class-validator, each from its own file: the package's index loads every validator there is, the
 * telephone numbers of all countries included, which takes a fifth of a server's start.
 */
import { createRequire } from 'node:module';
import type * as ClassValidator from 'class-validator';

const require = createRequire(import.meta.url);

/** The export `name` of one file of the package; the file has no types of its own, but the index re-exports it. */
function from<Name extends keyof typeof ClassValidator>(
  file: string,
  name: Name,
): (typeof ClassValidator)[Name] {
  return (require(`class-validator/cjs/${file}.js`) as typeof ClassValidator)[name];
}

const Validator = from('validation/Validator', 'Validator');
const validator = new Validator();

/** What is wrong with an instance, by the decorators of its class. */
export function validate(
  instance: object,
  options: ClassValidator.ValidatorOptions,
): ClassValidator.ValidationError[] {
  return validator.validateSync(instance, options);
}

export const IsOptional = from('decorator/common/IsOptional', 'IsOptional');
export const ValidateIf = from('decorator/common/ValidateIf', 'ValidateIf');
export const IsIn = from('decorator/common/IsIn', 'IsIn');
export const IsBoolean = from('decorator/typechecker/IsBoolean', 'IsBoolean');
export const IsInt = from('decorator/typechecker/IsInt', 'IsInt');
export const IsObject = from('decorator/typechecker/IsObject', 'IsObject');
export const IsString = from('decorator/typechecker/IsString', 'IsString');
export const Max = from('decorator/number/Max', 'Max');
export const Min = from('decorator/number/Min', 'Min');
export const IsISO8601 = from('decorator/string/IsISO8601', 'IsISO8601');
export const isISO8601 = from('decorator/string/IsISO8601', 'isISO8601');
export const IsUUID = from('decorator/string/IsUUID', 'IsUUID');
export const Matches = from('decorator/string/Matches', 'Matches');
export const MaxLength = from('decorator/string/MaxLength', 'MaxLength');
export const MinLength = from('decorator/string/MinLength', 'MinLength');
