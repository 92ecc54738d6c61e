import type { ApiParamOptions } from '@nestjs/swagger';
import { pageId } from '../openapi/describe.js';
import { writeOfOne, type PageWriteRoute } from '../routing/write-route.js';
import { assetWritten } from './asset-answer.js';
import { Asset } from './asset-answer-shapes.js';

export const assetId: ApiParamOptions = {
  name: 'id',
  schema: { type: 'string', format: 'uuid' },
  description: 'The asset',
};

/** A write of pages as one of assets: by their own address, and answered with the file. */
export function ofAsset(
  route: PageWriteRoute,
  said: Pick<PageWriteRoute, 'operationId' | 'summary' | 'description'>,
): PageWriteRoute {
  const { answer, params = [], read: _ofPage, ...rest } = route;
  return writeOfOne({
    ...rest,
    ...said,
    path: route.path.replace('/pages', '/assets'),
    params: params.map((param) => (param === pageId ? assetId : param)),
    ...(answer && { answer: Asset }),
    answerOne: (result, access) =>
      result.kind === 'page' ? assetWritten(result, access) : route.answerOne(result, access),
  });
}
