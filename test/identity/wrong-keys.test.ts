import { createPrivateKey } from 'node:crypto';
import { claimsFor, encoded, newKey, signedByHmac, startIssuer, patientTokens } from '../support/issuer.js';
import { foreign, rsa, token } from './hostile-tokens.js';
import { refusalOf } from './refusal-of.js';

describe('Of keys without names', () => {
  const nameless = newKey('RS256');
  const other = newKey('RS256');
  const byNameless = (): string => token({}, {}, nameless);

  test('a single one is taken, and of two none', async () => {
    const single = await startIssuer(nameless);
    const two = await startIssuer(nameless, other);
    const tokens = patientTokens([single.trusted(), two.trusted()]);
    expect(await refusalOf(tokens, token({}, { iss: single.url }, nameless))).toBeUndefined();
    const refusal = await refusalOf(tokens, token({}, { iss: two.url }, nameless));
    expect(refusal).toEqual({ fault: 'ambiguous-key', issuer: two.url });
  });

  test('of two that bear one name, none is either', async () => {
    const twins = await startIssuer(rsa, foreign);
    const tokens = patientTokens([twins.trusted()]);
    expect(await refusalOf(tokens, token({}, { iss: twins.url }))).toMatchObject({ fault: 'ambiguous-key' });
  });

  test('one is not found by a name', async () => {
    const single = await startIssuer(nameless);
    const tokens = patientTokens([single.trusted()]);
    const refusal = await refusalOf(tokens, token({ kid: 'r1' }, { iss: single.url }, nameless));
    expect(refusal).toMatchObject({ fault: 'unknown-key' });
    expect(await refusalOf(tokens, byNameless())).toEqual({ fault: 'unknown-issuer' });
  });
});

test('A key is refused that is too short, or private, or shared', async () => {
  const short = newKey('RS256', 'short', 1024);
  const leaked = {
    ...rsa.jwk,
    ...createPrivateKey(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })).export({ format: 'jwk' }),
    kid: 'leaked',
  };
  const shared = { kty: 'oct', k: encoded('a secret of thirty-two characters'), kid: 'shared', alg: 'HS256' };
  const careless = await startIssuer(short);
  careless.keys = [...careless.keys, leaked, shared];
  const tokens = patientTokens([careless.trusted()]);
  const iss = careless.url;
  expect(await refusalOf(tokens, token({}, { iss }, short))).toEqual({ fault: 'unusable-key', issuer: iss });
  expect(await refusalOf(tokens, token({ kid: 'leaked' }, { iss }))).toMatchObject({ fault: 'unusable-key' });
  const byShared = signedByHmac(
    { alg: 'HS256', kid: 'shared', typ: 'at+jwt' },
    claimsFor(careless),
    'a secret of thirty-two characters',
  );
  expect(await refusalOf(tokens, byShared)).toMatchObject({ fault: 'wrong-algorithm' });
});
