import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentOfIssuers, issuersOf, settingOfIssuer } from '../../src/installation/issuer-settings.js';
import { OperatorError } from '../../src/installation/operator-error.js';
import { readSettings } from '../../src/installation/settings.js';
import { startProgram } from '../support/program.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'palimpsest-issuers-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const issuer = 'https://id.example.org/realms/site';

function refusedFor(setting: unknown): string {
  try {
    issuersOf(typeof setting === 'string' ? setting : JSON.stringify(setting));
    return 'nothing';
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    expect(error.exitCode).toBe(78);
    expect(error.message).toMatch(/^PALIMPSEST_ISSUERS /);
    return error.message.slice('PALIMPSEST_ISSUERS '.length);
  }
}

const needsIssuer =
  'needs "issuer" for each issuer, an address that starts with https://, as its tokens have it (http:// for localhost only)';
const needsAudience = `needs "audience" for ${issuer}: what its tokens for this server have as "aud", or a list of that`;
const wrongAlgorithms = `has "algorithms" for ${issuer} that are no list of these: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519; a shared secret proves nothing`;
const wrongUri = `has "jwksUri" for ${issuer} that is no address that starts with https:// (http:// for localhost only)`;

describe('Issuers are refused', () => {
  test.each<[unknown, string]>([
    ['{"issuer":', 'is no JSON'],
    ['[{"issuer": secret]', 'is no JSON'],
    ['[1]', 'has something else than an object where an issuer belongs'],
    ['[[]]', 'has something else than an object where an issuer belongs'],
    [{ audience: 'a' }, needsIssuer],
    ...[
      'http://id.example.org',
      'id.example.org',
      'ftp://id.example.org',
      'http://localhost.example.org',
      '',
    ].map((wrong): [unknown, string] => [{ issuer: wrong, audience: 'a' }, needsIssuer]),
    [{ issuer: 'https://me:secret@id.example.org', audience: 'a' }, needsIssuer],
    [{ issuer: `${issuer} `, audience: 'a' }, needsIssuer],
    [{ issuer: `${issuer}?realm=1`, audience: 'a' }, needsIssuer],
    [{ issuer: `${issuer}#realm`, audience: 'a' }, needsIssuer],
    [{ issuer }, needsAudience],
    [{ issuer, audience: [] }, needsAudience],
    [{ issuer, audience: '' }, needsAudience],
    [{ issuer, audience: ['a', 7] }, needsAudience],
    [{ issuer, audience: 'a', algorithms: ['HS256'] }, wrongAlgorithms],
    [{ issuer, audience: 'a', algorithms: ['RS256', 'none'] }, wrongAlgorithms],
    [{ issuer, audience: 'a', algorithms: [] }, wrongAlgorithms],
    [{ issuer, audience: 'a', algorithms: 'RS256' }, wrongAlgorithms],
    ...[-1, 1.5, 301, '30', null].map((wrong): [unknown, string] => [
      { issuer, audience: 'a', clockToleranceSeconds: wrong },
      `has "clockToleranceSeconds" for ${issuer} that is no whole number from 0 to 300`,
    ]),
    [
      { issuer, audience: 'a', maxTokenAgeSeconds: 59 },
      `has "maxTokenAgeSeconds" for ${issuer} that is no whole number from 60 to 31622400`,
    ],
    [
      { issuer, audience: 'a', acceptIdTokens: 'yes' },
      `has "acceptIdTokens" for ${issuer} that is neither true nor false`,
    ],
    [
      { issuer, audience: 'a', groupsClaim: '/a~2' },
      `has "groupsClaim" for ${issuer} that is no claim: a name, or a JSON pointer such as /realm_access/roles`,
    ],
    [{ issuer, audience: 'a', jwksUri: 'http://id.example.org/jwks' }, wrongUri],
    [{ issuer, audience: 'a', jwksUri: '/jwks' }, wrongUri],
    [
      { issuer, audience: 'a', audiences: 'b' },
      'has "audiences", which says nothing of an issuer: it may have algorithms, groupsClaim, nameClaim, clockToleranceSeconds, maxTokenAgeSeconds, acceptIdTokens, jwksUri, signIn, issuer, audience',
    ],
    [{ issuer, audience: 'a', signIn: {} }, `needs "clientId" in "signIn" for ${issuer}`],
    [
      { issuer, audience: 'a', signIn: { clientId: 'c', clientSecret: 7 } },
      `has "clientSecret" in "signIn" for ${issuer} that is no text`,
    ],
    [
      {
        issuer,
        audience: 'a',
        signIn: { clientId: 'c', redirectUri: 'http://cms.example/session/callback' },
      },
      `has "redirectUri" in "signIn" for ${issuer} that is no https:// address which ends with /session/callback (http:// for localhost only)`,
    ],
    [
      { issuer, audience: 'a', signIn: { clientId: 'c', scope: 'profile' } },
      `has "scope" in "signIn" for ${issuer} without openid: such as openid profile email`,
    ],
    [
      [
        { issuer, audience: 'a' },
        { issuer, audience: 'b' },
      ],
      `has ${issuer} twice: say once what is to be said of it`,
    ],
  ])('%j: %s', (setting, why) => {
    expect(refusedFor(setting).replace(/: see position \d+$/, '')).toBe(why);
  });

  test('in a file that is not there, or is no JSON', () => {
    const file = join(directory, 'issuers.json');
    expect(refusedFor(file)).toBe(
      `names the file ${file}, which can't be read (ENOENT): give a file, or JSON itself`,
    );
    writeFileSync(file, 'issuer: https://id.example.org');
    expect(refusedFor(file)).toMatch(`names the file ${file}, which is no JSON`);
  });

  test('before the server starts, with exit code 78, and a secret is not told', async () => {
    const setting = `[{"issuer": "${issuer}", "audience": "a", "signIn": {"clientSecret": "hush" "clientId"}}]`;
    const program = startProgram(['serve', '--data', directory, '--port', '0'], {
      env: { PALIMPSEST_ISSUERS: setting },
    });
    expect(await program.closed).toBe(78);
    expect(program.written.stderr).toMatch(
      /^palimpsest: PALIMPSEST_ISSUERS is no JSON(: see position \d+)?\n$/,
    );
  });

  test.each([
    [['--oidc-issuer', issuer], '--oidc-issuer and --oidc-audience go together: say both'],
    [['--oidc-audience', 'a'], '--oidc-issuer and --oidc-audience go together: say both'],
    [['--oidc-issuer', 'id.example.org', '--oidc-audience', 'a'], `--oidc-issuer ${needsIssuer}`],
  ])('on the command line: %j, with exit code 64', async (options, why) => {
    const program = startProgram(['serve', '--data', directory, '--port', '0', ...options]);
    expect(await program.closed).toBe(64);
    expect(program.written.stderr).toBe(`palimpsest: ${why}\n`);
  });
});

const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

test('An issuer needs an address and an audience, and has all else by default', () => {
  const expected = {
    issuer,
    audiences: ['palimpsest'],
    algorithms,
    groupsClaim: 'groups',
    nameClaim: 'name',
    clockToleranceSeconds: 30,
    maxTokenAgeSeconds: 86_400,
    acceptIdTokens: false,
    jwksUri: undefined,
    signIn: undefined,
  };
  expect(issuersOf(JSON.stringify({ issuer, audience: 'palimpsest' }))).toEqual([expected]);
  expect(issuersOf(settingOfIssuer(issuer, ['palimpsest']))).toEqual([expected]);
});

test('Several are a list, in the setting or in a file', () => {
  const said = [
    {
      issuer,
      audience: ['a', 'b'],
      algorithms: ['ES256'],
      acceptIdTokens: true,
      groupsClaim: '/realm_access/roles',
    },
    { issuer: 'http://localhost:8080', audience: 'c', signIn: { clientId: 'web', clientSecret: 'hush' } },
    { issuer: 'http://127.0.0.1:8080', audience: 'c', jwksUri: 'http://[::1]:8080/jwks' },
  ];
  const file = join(directory, 'issuers.json');
  writeFileSync(file, JSON.stringify(said));
  const issuers = issuersOf(` ${JSON.stringify(said)}`);
  expect(issuersOf(file)).toEqual(issuers);
  expect(issuers).toMatchObject([
    {
      audiences: ['a', 'b'],
      algorithms: ['ES256'],
      acceptIdTokens: true,
      groupsClaim: '/realm_access/roles',
    },
    { signIn: { clientId: 'web', clientSecret: 'hush', scope: 'openid profile email' } },
    { jwksUri: 'http://[::1]:8080/jwks' },
  ]);
});

test('Without a word there are none, and another process is told the same', () => {
  expect(issuersOf(readSettings({}).issuers)).toEqual([]);
  expect(issuersOf(readSettings({ PALIMPSEST_ISSUERS: '' }).issuers)).toEqual([]);
  expect(readSettings(environmentOfIssuers(undefined)).issuers).toBeUndefined();
  const setting = settingOfIssuer(issuer, ['a']);
  expect(readSettings(environmentOfIssuers(setting)).issuers).toBe(setting);
});
