import { decodeProtectedHeader, errors } from 'jose';
import type { Issuer } from './issuer.js';
import { RefusedToken, type TokenFault } from './refused-token.js';

/** Whether the issuer may have signed it with a key that it has published since its keys were fetched. */
export function mayHaveNewerKey(error: unknown, token: string): boolean {
  if (error instanceof errors.JWKSNoMatchingKey) return true;
  // A token that doesn't name its key is held against the only one there is.
  return (
    error instanceof errors.JWSSignatureVerificationFailed && decodeProtectedHeader(token).kid === undefined
  );
}

/** What jose threw, as something that may be logged. */
export function refusedBy(cause: unknown, { issuer }: Issuer): RefusedToken {
  if (cause instanceof RefusedToken) return cause;
  return new RefusedToken({ ...faultOf(cause), issuer }, { cause });
}

function faultOf(error: unknown): { readonly fault: TokenFault; readonly claim?: string } {
  if (error instanceof errors.JWTExpired) return { fault: error.claim === 'iat' ? 'too-old' : 'expired' };
  if (error instanceof errors.JWTClaimValidationFailed) return faultOfClaim(error);
  if (error instanceof errors.JOSEAlgNotAllowed) return { fault: 'wrong-algorithm' };
  if (error instanceof errors.JWKSNoMatchingKey) return { fault: 'unknown-key' };
  if (error instanceof errors.JWKSMultipleMatchingKeys) return { fault: 'ambiguous-key' };
  if (error instanceof errors.JWSSignatureVerificationFailed) return { fault: 'wrong-signature' };
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return { fault: 'malformed' };
  // A key that is too short, or none of the kind that it says it is.
  return { fault: 'unusable-key' };
}

function faultOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): {
  readonly fault: TokenFault;
  readonly claim: string;
} {
  if (reason === 'missing') return { fault: 'claim-missing', claim };
  if (reason === 'invalid') return { fault: 'claim-invalid', claim };
  if (claim === 'aud') return { fault: 'wrong-audience', claim };
  return { fault: claim === 'nbf' || claim === 'iat' ? 'not-yet-valid' : 'claim-invalid', claim };
}
