import { issuerLimit, personTextLimit } from './limits.js';
import { is, isObject, members, text, uuid, type Shape, type ValueOf } from './shape.js';

/** Who a person is: what an issuer calls them. */
export const personName = { issuer: text(issuerLimit, 1), subject: text(personTextLimit, 1) };
export const person = members(personName);
export type PersonName = ValueOf<typeof person>;

const kind = <K extends string>(name: K): Shape<K> => is((value): value is K => value === name);

const token = members({ kind: kind('token'), id: uuid });
const namedPerson = members({ kind: kind('person'), ...personName });
const group = members({ kind: kind('group'), issuer: personName.issuer, group: text(personTextLimit, 1) });
const byKind: ReadonlyMap<unknown, Shape> = new Map<Grantee['kind'], Shape>([
  ['token', token],
  ['person', namedPerson],
  ['group', group],
]);

/** Who can be given a role: a token, a person, or all of whom an issuer says that they are in a group. */
export type Grantee = ValueOf<typeof token> | ValueOf<typeof namedPerson> | ValueOf<typeof group>;

export const grantee: Shape<Grantee> = {
  faultIn: (value, at) => {
    const shape = isObject(value) ? byKind.get(value.kind) : undefined;
    return shape ? shape.faultIn(value, at) : at;
  },
  // The class of that name; without it the document would not pass its linter.
  schema: { $ref: '#/components/schemas/Grantee' },
};
