import { ApiProperty } from './api-decorators.js';
import { orNull, uuid } from './answer-shapes.js';

/** `TreeNode` of `find-tree.ts`. */
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

  @ApiProperty({ type: () => [TreePage] })
  children!: TreePage[];
}

export class Tree {
  @ApiProperty({ type: [TreePage] })
  items!: TreePage[];
}

/** Where a path leads now. */
export class MovedPath {
  @ApiProperty()
  path!: string;
}
