import type { Type } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI document of some controllers. Made when it is first asked for: what makes it is not loaded before. */
export class ApiDocument {
  private made: Promise<OpenAPIObject> | undefined;

  constructor(private readonly controllers: readonly Type[]) {}

  document(): Promise<OpenAPIObject> {
    this.made ??= this.make();
    return this.made;
  }

  private async make(): Promise<OpenAPIObject> {
    const { makeApiDocument } = await import('./make-api-document.js');
    return makeApiDocument(this.controllers);
  }
}
