import { is, type Shape } from './shape.js';

/** What a grant lets somebody do; each role may do what the ones before it may, but for `metrics`, which sees figures and no page. */
export const roles = ['metrics', 'render', 'viewer', 'editor', 'publisher', 'admin'] as const;
export type Role = (typeof roles)[number];

export const role: Shape<Role> = is((value): value is Role => roles.some((one) => one === value), {
  type: 'string',
  enum: [...roles],
});
