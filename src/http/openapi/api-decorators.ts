/**
 * The decorators of @nestjs/swagger, noted when a class is defined and applied when the document is first asked for:
 * to load that package takes a third of a server's start, and few ever ask. So this is the one file that names it,
 * but for the one that makes the document.
 */
import type { Type } from '@nestjs/common';
import type * as Swagger from '@nestjs/swagger';

export type SwaggerPackage = typeof Swagger;

const waiting: ((swagger: SwaggerPackage) => void)[] = [];

/** Has to precede the making of a document. */
export function applyDescriptions(swagger: SwaggerPackage): void {
  for (const apply of waiting.splice(0)) apply(swagger);
}

type AnyDecorator = ClassDecorator & MethodDecorator & PropertyDecorator;

/** A decorator that does what `describe` gives, later. */
export function later(
  describe: (swagger: SwaggerPackage) => ClassDecorator | MethodDecorator | PropertyDecorator,
): AnyDecorator {
  return (...decorated: readonly unknown[]) => {
    waiting.push((swagger) => {
      // TypeScript has checked at the place of the decorator what it may decorate.
      (describe(swagger) as (...decorated: readonly unknown[]) => void)(...decorated);
    });
  };
}

export function ApiProperty(options?: Swagger.ApiPropertyOptions): PropertyDecorator {
  return later(({ ApiProperty }) => ApiProperty(options));
}

export function ApiPropertyOptional(options?: Swagger.ApiPropertyOptions): PropertyDecorator {
  return later(({ ApiPropertyOptional }) => ApiPropertyOptional(options));
}

export function ApiTags(...tags: readonly string[]): ClassDecorator {
  return later(({ ApiTags }) => ApiTags(...tags));
}

/** Where the document says what a class looks like. */
export function getSchemaPath({ name }: Pick<Type, 'name'>): string {
  return `#/components/schemas/${name}`;
}
