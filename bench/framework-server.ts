/**
 * The bare server's two requests through what the product is built on: Nest on Fastify, its buses, and a thread that
 * commits. No rules, tokens, schemas, hashes or projections: what is left between this and the product is the product.
 *
 * Usage: node framework-server.js DIRECTORY PAGES; fills an empty directory with that many pages first.
 */
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  isMainThread,
  parentPort,
  receiveMessageOnPort,
  Worker,
  workerData,
  type MessagePort,
} from 'node:worker_threads';
import { Controller, Get, Module, Put, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  CommandBus,
  CommandHandler,
  CqrsModule,
  QueryBus,
  QueryHandler,
  type ICommandHandler,
  type IQueryHandler,
} from '@nestjs/cqrs';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { openBareDatabase } from './bare-database.js';

interface Save {
  readonly ticket: number;
  readonly id: string;
  readonly content: string;
}

class FindContent {
  constructor(readonly id: string) {}
}

class SaveContent {
  constructor(
    readonly id: string,
    readonly content: string,
  ) {}
}

const [directory = '.', pages = '0'] = isMainThread
  ? process.argv.slice(2)
  : (workerData as readonly string[]);

function writer(): (id: string, content: string) => Promise<void> {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: [directory, pages] });
  const waiting = new Map<number, () => void>();
  let outbox: Save[] = [];
  let last = 0;
  worker.on('message', (tickets: readonly number[]) => {
    for (const ticket of tickets) {
      waiting.get(ticket)?.();
      waiting.delete(ticket);
    }
  });
  return (id, content) =>
    new Promise((resolve) => {
      if (outbox.length === 0) {
        setImmediate(() => {
          worker.postMessage(outbox);
          outbox = [];
        });
      }
      outbox.push({ ticket: ++last, id, content });
      waiting.set(last, resolve);
    });
}

async function serve(): Promise<void> {
  const { findContent } = openBareDatabase(directory, Number(pages));
  const save = writer();

  @QueryHandler(FindContent)
  class FindContentHandler implements IQueryHandler<FindContent, string | undefined> {
    execute({ id }: FindContent): Promise<string | undefined> {
      return Promise.resolve(findContent.get(id));
    }
  }

  @CommandHandler(SaveContent)
  class SaveContentHandler implements ICommandHandler<SaveContent, void> {
    execute({ id, content }: SaveContent): Promise<void> {
      return save(id, content);
    }
  }

  @Controller('pages')
  class PagesController {
    constructor(
      private readonly queries: QueryBus,
      private readonly commands: CommandBus,
    ) {}

    @Get(':id')
    async find(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      const { id } = request.params as { id: string };
      answer(reply, await this.queries.execute<FindContent, string>(new FindContent(id)));
    }

    @Put(':id/content')
    async save(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      const { id } = request.params as { id: string };
      await this.commands.execute(new SaveContent(id, String(request.body)));
      answer(reply, '{}');
    }
  }

  @Module({
    imports: [CqrsModule.forRoot()],
    controllers: [PagesController],
    providers: [FindContentHandler, SaveContentHandler],
  })
  class AppModule {}

  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule,
    new FastifyAdapter({ skipMiddie: true }),
    { bodyParser: false, logger: ['error', 'warn'] },
  );
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  await app.listen(0, '127.0.0.1');
  process.once('SIGTERM', () => process.exit(0));
  console.log(`listening on http://127.0.0.1:${(fastify.server.address() as AddressInfo).port}`);
}

function answer(reply: FastifyReply, body: string): void {
  const head = ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(body))];
  reply.hijack().raw.writeHead(200, head).end(body);
}

/** Whatever has arrived meanwhile shares a commit. */
function write(): void {
  const { commit } = openBareDatabase(directory, 0);
  const port = parentPort as MessagePort;
  port.on('message', (first: readonly Save[]) => {
    const saves = [...first];
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
      saves.push(...(next.message as readonly Save[]));
    commit(saves);
    port.postMessage(saves.map(({ ticket }) => ticket));
  });
}

if (isMainThread) await serve();
else write();
