import type { IssuerTrouble } from '../../identity/fetch-json.js';
import type { Issuer } from '../../identity/issuer.js';
import type { PersonTokens } from '../../identity/person-tokens.js';
import type { SignIn } from '../../identity/sign-in.js';

type OnTrouble = (issuer: string, trouble: IssuerTrouble) => void;

/** The issuers of the settings. What speaks to them is loaded where there is one: most installations have none. */
export class Issuers {
  private signingIn: Promise<SignIn> | undefined;

  private constructor(
    private readonly all: readonly Issuer[],
    readonly tokens: PersonTokens | undefined,
    private readonly onTrouble: OnTrouble,
  ) {}

  static async of(all: readonly Issuer[], onTrouble: OnTrouble): Promise<Issuers> {
    if (all.length === 0) return new Issuers(all, undefined, onTrouble);
    const { PersonTokens } = await import('../../identity/person-tokens.js');
    return new Issuers(all, new PersonTokens(all, { onTrouble }), onTrouble);
  }

  /** Where people may sign in by a browser, in the order of the settings. */
  get ofSignIn(): readonly string[] {
    return this.all.flatMap(({ issuer, signIn }) => (signIn ? [issuer] : []));
  }

  /** Where an issuer sends browsers back to, if the settings say so. */
  redirectUriOf(issuer: string): string | undefined {
    return this.all.find((one) => one.issuer === issuer)?.signIn?.redirectUri;
  }

  /** @throws Error where there is no issuer */
  signIn(): Promise<SignIn> {
    return (this.signingIn ??= this.load());
  }

  private async load(): Promise<SignIn> {
    if (!this.tokens) throw new Error('nobody can sign in where there is no issuer');
    const { SignIn } = await import('../../identity/sign-in.js');
    return new SignIn(this.all, this.tokens, this.onTrouble);
  }
}
