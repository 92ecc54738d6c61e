import { ApiProperty } from '../openapi/api-decorators.js';
import { orNull, time, uuid } from '../openapi/answer-shapes.js';

/** `TreeNode` of `tree-nodes.ts`. */
export class TreePage {
  @ApiProperty(uuid)
  id!: string;

  @ApiProperty(orNull)
  slug!: string | null;

  @ApiProperty(orNull)
  title!: string | null;

  @ApiProperty({ example: 'document' })
  type!: string;

  @ApiProperty({ enum: ['draft', 'published', 'changed', 'deleted'] })
  status!: string;

  @ApiProperty()
  path!: string;

  @ApiProperty(time)
  createdAt!: string;

  @ApiProperty(time)
  updatedAt!: string;

  @ApiProperty({ ...time, ...orNull })
  publishedAt!: string | null;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'How many pages are right beneath it, whether or not they are in this answer',
  })
  childCount!: number;

  @ApiProperty({ type: () => [TreePage] })
  children!: TreePage[];
}

export class Tree {
  @ApiProperty({ type: [TreePage] })
  items!: TreePage[];

  @ApiProperty({
    ...orNull,
    description:
      'Where the tree goes on, null at its end. The next answer repeats the pages above what it adds, without their children that were answered before.',
  })
  next!: string | null;
}

/** Where a path leads now. */
export class MovedPath {
  @ApiProperty()
  path!: string;
}
