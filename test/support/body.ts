import type { JsonObject, JsonValue } from '../../src/schema/json/json.js';

/** What answers are made of, as far as tests look inside. What an answer lacks is undefined, whatever this says. */
export interface Body {
  readonly [member: string]: unknown;
  readonly items: readonly Body[];
  readonly next: string | null;
  readonly children: readonly Body[];

  readonly id: string;
  readonly path: string | null;
  readonly status: unknown;
  readonly contentVersion: number;
  readonly content: JsonValue;
  readonly permissions: readonly string[];

  readonly position: number;
  readonly stream: string;
  readonly type: string;
  readonly hash: string;
  readonly data: JsonObject;

  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;

  readonly code: string;
  readonly detail: string;
  readonly index: number;
  readonly secret: string;
}
