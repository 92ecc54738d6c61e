import { Controller, Delete, Get, Patch, Post, Put, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiTags } from '../openapi/api-decorators.js';
import { Read, Write } from '../openapi/describe.js';
import { Session } from '../openapi/describe-session.js';
import type { ReadRoute } from './read-route.js';
import { Reads } from './reads.js';
import { send } from '../edge/send.js';
import { ReadModel } from '../../queries/read-model.js';
import { Sessions } from '../session/sessions.js';
import type { SessionRoute } from './session-route.js';
import type { WriteRoute } from './write-route.js';
import { Writes } from './writes.js';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

const writing = { POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete } as const;
const acting = { GET: Get, POST: Post, DELETE: Delete } as const;

/** A controller with a method for each of these routes, in their order, named by the operation. */
export function controllerOf(tag: string, routes: readonly Route[]): Type {
  class RouteController {
    constructor(
      readonly reads: Reads,
      readonly writes: Writes,
      readonly sessions: Sessions,
      readonly model: ReadModel,
    ) {}
  }
  for (const route of routes) {
    if ('act' in route) {
      addMethod(RouteController, route.operationId, [acting[route.method](route.path), Session(route)], {
        async value(this: RouteController, ...[request, reply]: Parameters<Handler>) {
          const { answer, position } = await route.act(this.sessions, request);
          send(reply, answer, position ?? this.model.positionOrZero());
        },
      });
    } else if (isWrite(route)) {
      addMethod(RouteController, route.operationId, [writing[route.method](route.path), Write(route)], {
        value(this: RouteController, ...[request, reply]: Parameters<Handler>) {
          return this.writes.answer(route, request, reply);
        },
      });
    } else {
      addMethod(RouteController, route.operationId, [Get(route.path), Read(route)], {
        value(this: RouteController, ...[request, reply]: Parameters<Handler>) {
          return this.reads.answer(route, request, reply);
        },
      });
    }
  }
  Reflect.defineMetadata('design:paramtypes', [Reads, Writes, Sessions, ReadModel], RouteController);
  ApiTags(tag)(RouteController);
  Controller()(RouteController);
  return RouteController;
}

type Route = ReadRoute | WriteRoute | SessionRoute;

function isWrite(route: ReadRoute | WriteRoute): route is WriteRoute {
  return 'method' in route;
}

/** What the compiler makes of a method with decorators, and of two parameters with theirs. */
function addMethod(
  { prototype }: Type,
  name: string,
  decorators: readonly MethodDecorator[],
  method: TypedPropertyDescriptor<Handler>,
): void {
  Object.defineProperty(prototype, name, { ...method, configurable: true });
  for (const [index, parameter] of [Req(), Res()].entries()) parameter(prototype as object, name, index);
  for (const decorate of decorators) decorate(prototype as object, name, method);
}
