import { issuerLimit, personTextLimit } from './limits.js';
import { is, isObject, members, text, uuid, type Shape } from './shape.js';

/** What a grant lets somebody do; each role may do what the ones before it may, but for `metrics`, which sees figures and no page. */
export const roles = ['metrics', 'render', 'viewer', 'editor', 'publisher', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who a person is: what an issuer calls them. */
export interface PersonName {
  readonly issuer: string;
  readonly subject: string;
}

/** Who can be given a role: a token, a person, or all of whom an issuer says that they are in a group. */
export type Grantee =
  | { readonly kind: 'token'; readonly id: string }
  | { readonly kind: 'person'; readonly issuer: string; readonly subject: string }
  | { readonly kind: 'group'; readonly issuer: string; readonly group: string };

export const role: Shape<Role> = is((value): value is Role => roles.some((one) => one === value), {
  type: 'string',
  enum: [...roles],
});

/** The members of a `PersonName`. */
export const personMembers = { issuer: text(issuerLimit, 1), subject: text(personTextLimit, 1) };

const kind = text(10);
const byKind: { readonly [K in Grantee['kind']]: Shape } = {
  token: members({ kind, id: uuid }),
  person: members({ kind, ...personMembers }),
  group: members({ kind, issuer: personMembers.issuer, group: text(personTextLimit, 1) }),
};

export const grantee: Shape<Grantee> = {
  faultIn: (value, at) => {
    if (!isObject(value) || !Object.hasOwn(byKind, value.kind as string)) return at;
    return byKind[value.kind as Grantee['kind']].faultIn(value, at);
  },
  schema: { $ref: '#/components/schemas/Grantee' },
};
