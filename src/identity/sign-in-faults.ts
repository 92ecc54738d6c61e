import * as client from 'openid-client';
import type { SignInFaultFacts } from './refused-sign-in.js';

/** What an issuer may say is wrong (RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6). */
const knownErrors: ReadonlySet<string> = new Set([
  'access_denied',
  'account_selection_required',
  'consent_required',
  'interaction_required',
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'login_required',
  'server_error',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
]);

/** What openid-client threw, as something that may be logged. */
export function faultOfSignIn(thrown: unknown): Omit<SignInFaultFacts, 'issuer'> {
  if (thrown instanceof client.AuthorizationResponseError || thrown instanceof client.ResponseBodyError)
    return faultOfError(thrown.error);
  // Neither an answer nor a wrong one: nobody was there.
  if (thrown instanceof client.ClientError && !isOfAnswer(thrown.code))
    return { fault: 'issuer-unavailable' };
  if (thrown instanceof TypeError) return { fault: 'issuer-unavailable' };
  return { fault: 'wrong-answer' };
}

function faultOfError(said: string): Omit<SignInFaultFacts, 'issuer'> {
  const error = knownErrors.has(said) ? { error: said } : {};
  if (said === 'access_denied') return { fault: 'denied', ...error };
  if (said === 'temporarily_unavailable' || said === 'server_error')
    return { fault: 'issuer-unavailable', ...error };
  return { fault: 'issuer-refused', ...error };
}

function isOfAnswer(code: string | undefined): boolean {
  return code !== undefined && code !== 'OAUTH_TIMEOUT' && code !== 'OAUTH_ABORT';
}
