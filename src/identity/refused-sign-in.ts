/** Why somebody who came back from an issuer isn't signed in. */
export type SignInFault =
  /** The answer isn't to what this browser has asked: it was asked twice, or somebody else made it up. */
  | 'wrong-state'
  | 'too-late'
  /** Somebody said no, or may not. */
  | 'denied'
  /** The issuer says that something is wrong with how we ask: mostly with how this server is registered there. */
  | 'issuer-refused'
  /** What the issuer gave isn't what has to come of signing in. */
  | 'wrong-answer'
  | 'issuer-unavailable';

/** `error` is one of the words of RFC 6749 and OpenID Connect for what is wrong, and of nobody else's making. */
export interface SignInFaultFacts {
  readonly fault: SignInFault;
  readonly issuer: string;
  readonly error?: string;
}

/** `facts` may be logged, and the fault told to whoever wants to sign in. `cause` may quote what was sent. */
export class RefusedSignIn extends Error {
  override readonly name = 'RefusedSignIn';

  constructor(
    readonly facts: SignInFaultFacts,
    options?: ErrorOptions,
  ) {
    const { fault, issuer, error } = facts;
    super(`signing in at ${issuer} failed: ${fault}${error === undefined ? '' : ` (${error})`}`, options);
  }
}
