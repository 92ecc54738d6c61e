import type { PersonTokens } from '../../src/identity/person-tokens.js';
import { RefusedToken, type TokenFaultFacts } from '../../src/identity/refused-token.js';
import { nowMs } from '../support/issuer.js';

/** Why a token is refused; undefined when it is accepted. */
export async function refusalOf(
  tokens: PersonTokens,
  token: string,
  atMs = nowMs,
): Promise<TokenFaultFacts | undefined> {
  try {
    await tokens.verify(token, atMs);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedToken) return error.facts;
    throw error;
  }
}
