import { BlockList, isIP } from 'node:net';
import { OperatorError, exitCodes } from './operator-error.js';

/** The headers by which caches can be told what an answer is about. */
const keyHeaders = ['surrogate-key', 'cache-tag', 'xkey', 'cache-groups'] as const;

/** What the caches in front of the server are told. */
export interface CacheSettings {
  readonly keyHeader: (typeof keyHeaders)[number];
  /** How long they may keep what is public without asking again; 0: not at all. */
  readonly cdnSeconds: number;
}

/** Whom the server listens to, and how often. */
export interface EdgeSettings {
  /** Origins whose scripts may read what is answered, as browsers write them: `https://example.org`. */
  readonly corsOrigins: readonly string[];
  /** Networks of proxies that are believed whom they speak for: `10.0.0.0/8`, or one address. */
  readonly trustedProxies: readonly string[];
  /** How much one token may ask for in a minute; 0: as much as it likes. */
  readonly requestsPerMinute: number;
  /** How many wrong tokens one address may send in a minute; 0: as many as it likes. */
  readonly failuresPerMinute: number;
  readonly caches: CacheSettings;
}

export const defaultEdge: EdgeSettings = {
  corsOrigins: [],
  trustedProxies: [],
  requestsPerMinute: 3_000_000,
  failuresPerMinute: 60,
  caches: { keyHeader: 'surrogate-key', cdnSeconds: 0 },
};

/** Where each list stands in the environment. */
export const edgeLists = {
  corsOrigins: 'PALIMPSEST_CORS_ORIGINS',
  trustedProxies: 'PALIMPSEST_TRUST_PROXY',
} as const;

/** @throws OperatorError 78 for a header that no cache reads */
export function keyHeaderOf(text: string | undefined): CacheSettings['keyHeader'] {
  const name = (text || defaultEdge.caches.keyHeader).toLowerCase();
  const known = keyHeaders.find((one) => one === name);
  if (known) return known;
  throw new OperatorError(
    exitCodes.wrongVersion,
    `PALIMPSEST_CACHE_KEY_HEADER has to be Surrogate-Key, Cache-Tag, xkey or Cache-Groups, not "${name}"`,
  );
}

/** The items of a list in the environment, with commas or white space in between. */
export function listIn(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,]+/).filter((item) => item !== '');
}

/**
 * `source`: where they were said, for the operator.
 * @throws OperatorError `exitCode` for what is no origin, or not written as browsers do: it would never match
 */
export function originsOf(
  texts: readonly string[],
  source: string,
  exitCode: number,
): EdgeSettings['corsOrigins'] {
  for (const text of texts) {
    const fault = faultOfOrigin(text);
    if (fault !== undefined) throw new OperatorError(exitCode, `${source} has "${text}", ${fault}`);
  }
  return [...new Set(texts)];
}

function faultOfOrigin(text: string): string | undefined {
  if (text.includes('*') || text === 'null')
    return 'which would let in whoever comes: name each origin, such as https://example.org';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return 'which is no origin: write it as https://example.org';
  return url.origin === text ? undefined : `which browsers write differently: write ${url.origin}`;
}

/** @throws OperatorError `exitCode` for what is no network */
export function networksOf(
  texts: readonly string[],
  source: string,
  exitCode: number,
): EdgeSettings['trustedProxies'] {
  for (const text of texts) {
    if (!networks([text])) {
      throw new OperatorError(
        exitCode,
        `${source} has "${text}", which is no network: write it as 10.0.0.0/8, ::1/128, or as one address`,
      );
    }
  }
  return texts;
}

/** All of these networks; undefined when one of them is none. */
export function networks(texts: readonly string[]): BlockList | undefined {
  const list = new BlockList();
  for (const text of texts) {
    const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    const kind = isIP(address);
    const most = kind === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : Number(bits);
    if (kind === 0 || prefix > most) return undefined;
    list.addSubnet(address, prefix, kind === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** What another process has to be told so that it has the same lists; what else there is, is in the environment already. */
export function environmentOfEdge(edge: EdgeSettings): Readonly<Record<string, string>> {
  return {
    [edgeLists.corsOrigins]: edge.corsOrigins.join(','),
    [edgeLists.trustedProxies]: edge.trustedProxies.join(','),
  };
}
