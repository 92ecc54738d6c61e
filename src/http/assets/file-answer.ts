import contentDisposition from 'content-disposition';
import type { Access } from '../../access/access.js';
import type { FileFacts } from '../../events/file-facts.js';
import { mediaTypeOfFormat, variantTag, type Variant } from '../../files/pictures/variant.js';
import type { ShownFile } from '../../queries/find-asset.js';
import type { Answer } from '../edge/problem.js';
import { headersNamed } from '../openapi/described-headers.js';
import { cacheHeaders } from '../pages/page-answer.js';
import { reprDigest } from './content-digest.js';
import { variantOf, type VariantQuery } from './variant-query.js';

/** Types that browsers show without running anything of them. All others are saved. */
const shown: ReadonlySet<string> = new Set([
  'image/png',
  'image/apng',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'image/avif',
  'video/mp4',
  'video/webm',
  'audio/mpeg',
  'application/pdf',
]);

/** Nothing is loaded and nothing runs, whatever is in it. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";
/** The viewer of PDF in browsers doesn't work in a sandbox. */
const sandboxed = `${policy}; sandbox`;

/** As the OpenAPI document has it. */
export const fileContent = { '*/*': { schema: { type: 'string', format: 'binary' } } } as const;
export const fileTells = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Security-Policy',
  'Cross-Origin-Resource-Policy',
  'Repr-Digest',
  'X-Content-Type-Options',
] as const;

/** Answers besides all of the file. */
export const partAnswers = [
  {
    status: 206,
    description: 'The range that was asked for',
    headers: headersNamed(['ETag', ...fileTells, 'Content-Range', 'Surrogate-Key', 'CDN-Cache-Control']),
    content: fileContent,
  },
  {
    status: 416,
    description: 'There is no such range',
    headers: headersNamed(['ETag', ...fileTells, 'Content-Range', 'Surrogate-Key', 'CDN-Cache-Control']),
  },
] as const;

/** What is said of a file; its bytes come from the disk. */
export function fileAnswer({ view }: ShownFile, access: Access, wanted: VariantQuery): Answer {
  const { file, isProtected } = view;
  const variant = variantOf(wanted, file.type);
  const { type, name, tag } = variant ? ofVariant(file, variant) : { ...file, tag: file.sha256 };
  return {
    status: 200,
    headers: {
      'content-type': type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
      etag: `"${tag}"`,
      vary: 'Authorization, User-Token',
      ...cacheHeaders(access, isProtected),
      ...(access.isReader && { 'surrogate-key': view.id }),
      'accept-ranges': 'bytes',
      ...(!variant && { 'repr-digest': reprDigest(file.sha256) }),
      'content-disposition': contentDisposition(name, {
        type: shown.has(type) ? 'inline' : 'attachment',
        fallback: name.replace(/[^\x20-\x7e]|%[0-9a-f]{2}/gi, '_'),
      }),
      'content-security-policy': type === 'application/pdf' ? policy : sandboxed,
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    },
    body: '',
    file: { ...file, ...(variant && { variant }) },
  };
}

function ofVariant(
  { name, sha256 }: FileFacts,
  variant: Variant,
): { type: string; name: string; tag: string } {
  const { width, format } = variant;
  return {
    type: mediaTypeOfFormat(format),
    name: `${name.replace(/\.[^.]*$/, '')}-${width}.${format}`,
    tag: variantTag(sha256, variant),
  };
}
