import { alignment } from './alignment.js';
import { cacheIndependence } from './cache-independence.js';
import { composition } from './composition.js';
import { conservation } from './conservation.js';
import { exact } from './exact.js';
import { faithful } from './faithful.js';
import { identity } from './identity.js';
import type { Law } from './law.js';
import { locality } from './locality.js';
import { purity } from './purity.js';
import { restoration } from './restoration.js';
import { stable } from './stable.js';
import { totality } from './totality.js';
import { validity } from './validity.js';

/**
 * What is true of every ladder, the first ones first to be looked at: where a rung throws or guesses, the others find
 * the same in a roundabout way. Declared losses, of which only many documents can tell, are looked at beside them.
 */
export const laws: readonly Law[] = [
  totality,
  purity,
  validity,
  faithful,
  composition,
  exact,
  stable,
  conservation,
  identity,
  alignment,
  locality,
  restoration,
  cacheIndependence,
];

export function lawNamed(name: string): Law | undefined {
  return laws.find((law) => law.name === name);
}
