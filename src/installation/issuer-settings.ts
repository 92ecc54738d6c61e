import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isTrustworthy, signatureAlgorithms, type Issuer, type SignInClient } from '../identity/issuer.js';
import { parsePointer } from '../schema/json/pointer.js';
import { OperatorError, exitCodes } from './operator-error.js';

/** Where the issuers stand in the environment: a file, or what would be in it. */
export const issuersSetting = 'PALIMPSEST_ISSUERS';

/** What is said of one issuer, member by member as in `Issuer`, `audience` aside. */
type Said = Readonly<Record<string, unknown>>;

/** What is wrong with it, as the end of a sentence that begins with where it was said. It quotes no secret. */
class Fault extends Error {}

/**
 * The issuers whose tokens are accepted, none without a setting: JSON, of one or a list of them, or the path of a file
 * with that. `source`: where it was said, for the operator.
 * @throws OperatorError `exitCode`
 */
export function issuersOf(
  setting: string | undefined,
  source: string = issuersSetting,
  exitCode: number = exitCodes.wrongVersion,
): readonly Issuer[] {
  if (!setting) return [];
  try {
    const said = jsonIn(setting);
    const issuers = (Array.isArray(said) ? said : [said]).map(issuerOf);
    requireDifferent(issuers);
    return issuers;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new OperatorError(exitCode, `${source} ${error.message}`, { cause: error });
  }
}

/** A single issuer by its two necessary words, as a setting. */
export function settingOfIssuer(issuer: string, audience: readonly string[]): string {
  return JSON.stringify({ issuer, audience });
}

/** What another process has to be told so that it has the same issuers. */
export function environmentOfIssuers(setting: string | undefined): Readonly<Record<string, string>> {
  if (setting === undefined) return {};
  return { [issuersSetting]: isInline(setting) ? setting : resolve(setting) };
}

/** Whether it is JSON, and no name of a file. */
function isInline(setting: string): boolean {
  return /^\s*[[{]/.test(setting);
}

function jsonIn(setting: string): unknown {
  const text = isInline(setting) ? setting : contentOf(setting);
  try {
    return JSON.parse(text);
  } catch (error) {
    // The rest of what the parser says may quote a secret.
    const [at] = /position \d+/.exec(String(error)) ?? [];
    const what = isInline(setting) ? 'is no JSON' : `names the file ${setting}, which is no JSON`;
    throw new Fault(`${what}${at === undefined ? '' : `: see ${at}`}`, { cause: error });
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException; // what Node throws for files
    throw new Fault(`names the file ${path}, which can't be read (${code}): give a file, or JSON itself`, {
      cause,
    });
  }
}

function issuerOf(said: unknown): Issuer {
  const { issuer } = requireMembers(said, 'an issuer', [...Object.keys(defaults), 'issuer', 'audience']);
  if (typeof issuer !== 'string' || !isTrustworthy(issuer) || /[?#\s]/.test(issuer)) {
    throw new Fault(
      'needs "issuer" for each issuer, an address that starts with https://, as its tokens have it (http:// for localhost only)',
    );
  }
  const of = `for ${issuer}`;
  const all: Said = { ...defaults, ...(said as Said) };
  return {
    issuer,
    audiences: audiencesIn(all, of),
    algorithms: algorithmsIn(all, of),
    groupsClaim: claimIn(all, 'groupsClaim', of),
    nameClaim: claimIn(all, 'nameClaim', of),
    clockToleranceSeconds: secondsIn(all, 'clockToleranceSeconds', { least: 0, most: 300 }, of),
    maxTokenAgeSeconds: secondsIn(all, 'maxTokenAgeSeconds', { least: 60, most: 366 * 86_400 }, of),
    acceptIdTokens: booleanIn(all, 'acceptIdTokens', of),
    jwksUri: jwksUriIn(all, of),
    signIn: signInOf(all['signIn'], of),
  };
}

const defaults = {
  algorithms: signatureAlgorithms,
  groupsClaim: 'groups',
  nameClaim: 'name',
  clockToleranceSeconds: 30,
  maxTokenAgeSeconds: 86_400,
  acceptIdTokens: false,
  jwksUri: undefined,
  signIn: undefined,
} as const;

/** Of something that is an object, and has no members that nobody would look at. */
function requireMembers(said: unknown, what: string, known: readonly string[]): Said {
  if (typeof said !== 'object' || said === null || Array.isArray(said))
    throw new Fault(`has something else than an object where ${what} belongs`);
  const unknown = Object.keys(said).find((name) => !known.includes(name));
  if (unknown === undefined) return said as Said;
  throw new Fault(
    `has ${JSON.stringify(unknown.slice(0, 80))}, which says nothing of ${what}: it may have ${known.join(', ')}`,
  );
}

function audiencesIn({ audience }: Said, of: string): readonly string[] {
  const list: unknown = typeof audience === 'string' ? [audience] : audience;
  if (isTexts(list) && list.length > 0) return list;
  throw new Fault(`needs "audience" ${of}: what its tokens for this server have as "aud", or a list of that`);
}

function algorithmsIn({ algorithms }: Said, of: string): Issuer['algorithms'] {
  const chosen = signatureAlgorithms.filter((name) => isTexts(algorithms) && algorithms.includes(name));
  if (
    isTexts(algorithms) &&
    algorithms.length > 0 &&
    algorithms.every((name) => chosen.some((known) => known === name))
  )
    return chosen;
  throw new Fault(
    `has "algorithms" ${of} that are no list of these: ${signatureAlgorithms.join(', ')}; a shared secret proves nothing`,
  );
}

function isTexts(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.every((item) => typeof item === 'string' && item !== '');
}

function claimIn(all: Said, name: string, of: string): string {
  const claim = all[name];
  if (typeof claim === 'string' && claim !== '' && (!claim.startsWith('/') || parsePointer(claim)))
    return claim;
  throw new Fault(
    `has "${name}" ${of} that is no claim: a name, or a JSON pointer such as /realm_access/roles`,
  );
}

function secondsIn(
  all: Said,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
  of: string,
): number {
  const seconds = all[name];
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= least && seconds <= most)
    return seconds;
  throw new Fault(`has "${name}" ${of} that is no whole number from ${least} to ${most}`);
}

function booleanIn(all: Said, name: string, of: string): boolean {
  const value = all[name];
  if (typeof value === 'boolean') return value;
  throw new Fault(`has "${name}" ${of} that is neither true nor false`);
}

function jwksUriIn({ jwksUri }: Said, of: string): string | undefined {
  if (jwksUri === undefined || (typeof jwksUri === 'string' && isTrustworthy(jwksUri))) return jwksUri;
  throw new Fault(
    `has "jwksUri" ${of} that is no address that starts with https:// (http:// for localhost only)`,
  );
}

function signInOf(said: unknown, of: string): SignInClient | undefined {
  if (said === undefined) return undefined;
  const {
    clientId,
    clientSecret,
    redirectUri,
    scope = 'openid profile email',
  } = requireMembers(said, 'signIn', ['clientId', 'clientSecret', 'redirectUri', 'scope']);
  if (!isText(clientId)) throw new Fault(`needs "clientId" in "signIn" ${of}`);
  if (clientSecret !== undefined && !isText(clientSecret))
    throw new Fault(`has "clientSecret" in "signIn" ${of} that is no text`);
  if (redirectUri !== undefined && !isCallback(redirectUri))
    throw new Fault(
      `has "redirectUri" in "signIn" ${of} that is no https:// address which ends with /session/callback (http:// for localhost only)`,
    );
  if (!isText(scope) || !scope.split(' ').includes('openid'))
    throw new Fault(`has "scope" in "signIn" ${of} without openid: such as openid profile email`);
  return { clientId, clientSecret, redirectUri, scope };
}

function isCallback(value: unknown): value is string {
  return isText(value) && isTrustworthy(value) && value.endsWith('/session/callback');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function requireDifferent(issuers: readonly Issuer[]): void {
  const seen = new Set<string>();
  for (const { issuer } of issuers) {
    if (seen.has(issuer)) throw new Fault(`has ${issuer} twice: say once what is to be said of it`);
    seen.add(issuer);
  }
}
