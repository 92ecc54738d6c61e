import { readFile } from 'node:fs/promises';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { programDirectory } from '../../installation/program.js';
import { ReadModel } from '../../queries/read-model.js';
import { Refusal } from '../../refusal.js';

/** The viewer's files, by what they are asked for as, with their types. The build puts them beside the program. */
const types: ReadonlyMap<string, string> = new Map([
  ['index.html', 'text/html; charset=utf-8'],
  ['viewer.js', 'text/javascript; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['swagger-ui.css', 'text/css; charset=utf-8'],
]);

/** A file of the viewer of the OpenAPI document. */
export class FindViewerFile extends Query<ViewerFile> {
  constructor(readonly name: string) {
    super();
  }
}

export interface ViewerFile {
  readonly text: string;
  readonly type: string;
  readonly position: number;
}

@QueryHandler(FindViewerFile)
export class FindViewerFileHandler implements IQueryHandler<FindViewerFile> {
  constructor(private readonly model: ReadModel) {}

  /** @throws Refusal `not-found` */
  async execute({ name }: FindViewerFile): Promise<ViewerFile> {
    const type = types.get(name);
    if (type === undefined) throw new Refusal('not-found', `there is nothing at /docs/${name}`);
    const text = await readFile(new URL(`docs/${name}`, programDirectory), 'utf8');
    return { text, type, position: this.model.positionOrZero() };
  }
}
