import type { JsonSchema } from '../json-schema.js';
import { add, type AddOptions } from './add.js';
import { code } from './code.js';
import { convert, type ConvertOptions } from './convert.js';
import { hoist, type HoistOptions, plunge, type PlungeOptions } from './hoist.js';
import { irreversible } from './irreversible.js';
import { merge } from './merge.js';
import { inItems, inObject, inValues } from './nested.js';
import type { Operation } from './operation.js';
import { relax, type RelaxOptions } from './relax.js';
import { remove, type RemoveOptions } from './remove.js';
import { rename } from './rename.js';
import { inSequence } from './sequence.js';
import { split } from './split.js';
import { head, wrap, type WrapOptions } from './wrap.js';

/** What an author declares for the objects in a field. */
export type Inside = (inner: TypeChange) => TypeChange;

/**
 * What a rung declares for one type, operation after operation. It never changes: each method gives a new one. Each
 * stands for the operation of the same name, where it is described.
 */
export class TypeChange {
  constructor(readonly operations: readonly Operation[] = []) {}

  add(name: string, schema: JsonSchema, options?: AddOptions): TypeChange {
    return this.with(add(name, schema, options));
  }

  remove(name: string, options?: RemoveOptions): TypeChange {
    return this.with(remove(name, options));
  }

  rename(names: Readonly<Record<string, string>>): TypeChange {
    return this.with(rename(names));
  }

  /** Changes the object in a field. */
  in(name: string, inside: Inside): TypeChange {
    return this.with(inObject(name, declared(inside)));
  }

  /** Changes each object in a list. */
  each(name: string, inside: Inside): TypeChange {
    return this.with(inItems(name, declared(inside)));
  }

  /** Changes each object among the values of a dictionary. */
  eachValue(name: string, inside: Inside): TypeChange {
    return this.with(inValues(name, declared(inside)));
  }

  hoist(name: string, options: HoistOptions): TypeChange {
    return this.with(hoist(name, options));
  }

  plunge(name: string, options: PlungeOptions): TypeChange {
    return this.with(plunge(name, options));
  }

  wrap(name: string, options?: WrapOptions): TypeChange {
    return this.with(wrap(name, options));
  }

  head(name: string, options?: WrapOptions): TypeChange {
    return this.with(head(name, options));
  }

  convert(name: string, options: ConvertOptions): TypeChange {
    return this.with(convert(name, options));
  }

  split(...declaration: Parameters<typeof split>): TypeChange {
    return this.with(split(...declaration));
  }

  merge(...declaration: Parameters<typeof merge>): TypeChange {
    return this.with(merge(...declaration));
  }

  relax(name: string, schema: JsonSchema, options?: RelaxOptions): TypeChange {
    return this.with(relax(name, schema, options));
  }

  code(...declaration: Parameters<typeof code>): TypeChange {
    return this.with(code(...declaration));
  }

  irreversible(reason: string): TypeChange {
    return this.with(irreversible(reason));
  }

  private with(operation: Operation): TypeChange {
    return new TypeChange([...this.operations, operation]);
  }
}

function declared(inside: Inside): Operation {
  return inSequence(inside(new TypeChange()).operations);
}
