import type { ServerResponse } from 'node:http';
import { PersonTokens } from '../../src/identity/person-tokens.js';
import { claimsFor, newKey, signed, startIssuer, type TestIssuer } from '../support/issuer.js';
import { refusalOf } from './refusal-of.js';

const first = newKey('ES256', 'first');

describe('An issuer is taken as down that', () => {
  const answering = (text: string, status = 200, headers = {}) => {
    return (path: string, response: ServerResponse): void => {
      response.writeHead(status, headers).end(text);
    };
  };
  const keysAre = (keys: (path: string, response: ServerResponse) => void) => {
    return (issuer: TestIssuer) => (path: string, response: ServerResponse) => {
      if (path === '/jwks') keys(path, response);
      else response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` }));
    };
  };
  const saysOfItself = (said: (issuer: TestIssuer) => unknown) => {
    return (issuer: TestIssuer) => answering(JSON.stringify(said(issuer)));
  };

  test.each([
    ['answers 500', keysAre(answering('{"keys":[]}', 500)), '/jwks answered 500 and not 200'],
    ['redirects', keysAre(answering('', 302, { location: '/elsewhere' })), '/jwks answered 302 and not 200'],
    ['answers no JSON', keysAre(answering('<html>')), '/jwks answered no JSON'],
    [
      'answers no keys',
      keysAre(answering('{"keys":{}}')),
      'the issuer answered something else than its keys',
    ],
    ['answers nothing', keysAre(answering('null')), 'the issuer answered something else than its keys'],
    [
      'answers more than half a megabyte',
      keysAre(answering(JSON.stringify({ keys: [], filler: 'x'.repeat(600_000) }))),
      '/jwks answered more than 524288 bytes',
    ],
    [
      'answers more and more',
      keysAre((_path, response) => {
        const more = (): void => {
          if (!response.destroyed) response.write(' '.repeat(65_536), more);
        };
        more();
      }),
      '/jwks answered more than 524288 bytes',
    ],
    [
      'breaks off',
      keysAre((_path, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"keys":', () => response.destroy());
      }),
      "/jwks can't be reached",
    ],
    ['does not answer', keysAre(() => undefined), '/jwks took too long to answer'],
    [
      'begins to answer',
      keysAre((_path, response) => void response.write('{"keys":')),
      '/jwks took too long to answer',
    ],
    [
      'says that it is another',
      saysOfItself(({ url }) => ({ issuer: `${url}/`, jwks_uri: `${url}/jwks` })),
      '/.well-known/openid-configuration is of "URL/" and not of URL',
    ],
    [
      'does not say who it is',
      saysOfItself(({ url }) => ({ jwks_uri: `${url}/jwks` })),
      '/.well-known/openid-configuration does not say which issuer it is of',
    ],
    [
      'has its keys where anybody could put others',
      saysOfItself(({ url }) => ({ issuer: url, jwks_uri: 'http://keys.example/jwks' })),
      'the discovery document of URL has no jwks_uri that starts with https://',
    ],
    [
      'has its keys in a file of ours',
      saysOfItself(({ url }) => ({ issuer: url, jwks_uri: 'file:///etc/passwd' })),
      'the discovery document of URL has no jwks_uri that starts with https://',
    ],
    [
      'has no keys',
      saysOfItself(({ url }) => ({ issuer: url })),
      'the discovery document of URL has no jwks_uri that starts with https://',
    ],
  ])('%s', async (_what, answers, trouble) => {
    const issuer = await startIssuer(first);
    issuer.answer = answers(issuer);
    const isSlow = trouble.endsWith('took too long to answer');
    const troubles: string[] = [];
    const tokens = new PersonTokens([issuer.trusted(isSlow ? { jwksUri: `${issuer.url}/jwks` } : {})], {
      timeoutMs: isSlow ? 200 : 600_000,
      onTrouble: (_of, { message }) => troubles.push(message),
    });
    const token = signed({ alg: 'ES256', kid: 'first', typ: 'at+jwt' }, claimsFor(issuer), first);
    const refusal = await refusalOf(tokens, token);
    expect(refusal).toEqual({ fault: 'issuer-unavailable', issuer: issuer.url });
    const [told = ''] = troubles;
    expect(told.replaceAll(issuer.url, 'URL')).toBe(trouble.startsWith('/') ? `URL${trouble}` : trouble);
    expect(issuer.asked).not.toContain('/elsewhere');
  });
});
