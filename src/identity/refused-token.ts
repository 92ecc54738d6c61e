/** Why a token says nothing of who somebody is, or why who it is isn't let in. */
export type TokenFault =
  | 'blocked'
  | 'too-long'
  | 'malformed'
  | 'unknown-issuer'
  | 'wrong-type'
  | 'wrong-algorithm'
  | 'critical-extension'
  | 'wrong-audience'
  | 'claim-missing'
  | 'claim-invalid'
  | 'expired'
  | 'too-old'
  | 'not-yet-valid'
  | 'wrong-signature'
  | 'unknown-key'
  | 'ambiguous-key'
  | 'unusable-key'
  | 'bound-to-a-key'
  | 'too-many-groups'
  | 'wrong-nonce'
  | 'issuer-unavailable';

/** What may be logged of it: none of this is of the token's making, but the name of one of the claims that we know. */
export interface TokenFaultFacts {
  readonly fault: TokenFault;
  /** As it stands in the settings. */
  readonly issuer?: string;
  readonly claim?: string;
}

/**
 * A token that is not accepted. `facts` are for the log; a client learns no more than that it should send a valid token.
 * `cause` may quote the token, and is for debugging alone.
 */
export class RefusedToken extends Error {
  override readonly name = 'RefusedToken';

  constructor(
    readonly facts: TokenFaultFacts,
    options?: ErrorOptions,
  ) {
    super(messageOf(facts), options);
  }
}

function messageOf({ fault, issuer, claim }: TokenFaultFacts): string {
  const of = issuer === undefined ? '' : ` of ${issuer}`;
  return `a token${of} is refused: ${fault}${claim === undefined ? '' : ` (${claim})`}`;
}
