import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { Budget } from '../../budget.js';
import { Refusal } from '../../refusal.js';
import { anybody } from './principal.js';
import { isRead } from './is-read.js';
import type { MemoryLimits } from '../../installation/memory-limits.js';
import { whenClosed } from './when-closed.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined on the control socket. */
    holding: Holding | undefined;
  }
}

/** The memory that requests hold, counted. */
export class HeldMemory {
  /** Bytes of writes, of the body or of the answer's documents, from its announcement until the answer is with the client. */
  readonly bodies: Budget;
  /** Bytes of answers to reads that clients have not taken yet. */
  readonly answers: Budget;
  /** Event streams that are open. */
  readonly streams: Budget;

  constructor(readonly limits: MemoryLimits) {
    this.bodies = new Budget(limits.bodyBytes);
    this.answers = new Budget(limits.answerBytes);
    this.streams = new Budget(limits.streams);
  }

  /** For who asks how the server does. */
  inUse() {
    return {
      bodyBytes: facts(this.bodies),
      answerBytes: facts(this.answers),
      streams: facts(this.streams),
    };
  }
}

function facts({ inUse, limits }: Budget) {
  return { inUse, limit: limits.all, limitPerToken: limits.one };
}

/** A larger body leaves a quarter of the room to those that are smaller: what people write by hand gets through. */
const smallBytes = 64 * 1024;

/** What one request holds. */
export class Holding {
  private bytes = 0;
  private isAtWork = false;
  private isAnswered = false;
  private isClosed = false;

  constructor(
    private readonly memory: HeldMemory,
    private readonly request: FastifyRequest,
    private readonly token: string,
  ) {}

  /** Counts a write until it is decided and its answer is out, or nobody waits for it any more. */
  begin(answer: ServerResponse): void {
    whenClosed(answer, this.request.raw.socket, () => {
      this.isClosed = true;
      this.giveBack();
    });
  }

  /** @throws Refusal `too-many-requests` */
  grow(bytes: number): void {
    const { bodies } = this.memory;
    const isLarge = this.bytes + bytes > smallBytes;
    const room = bodies.left - (isLarge ? bodies.limits.all / 4 : 0);
    if (bytes > room || !bodies.take(this.token, bytes)) {
      throw new Refusal(
        'too-many-requests',
        `too much is being written at once: a token may have ${bodies.limits.one} bytes of bodies, and of documents that are patched, on the way, all together ${bodies.limits.all}. Send fewer at a time, and this one again in a second`,
        { limitBytes: bodies.limits.one },
      );
    }
    this.bytes += bytes;
  }

  /**
   * Counts what a write will be answered with, where that is more than its body. More than a token may ever have counts as all
   * of its share: a batch may say so much, alone.
   * @throws Refusal `too-many-requests`
   */
  cover(answerBytes: number): void {
    const { all, one } = this.memory.bodies.limits;
    const more = Math.min(answerBytes, one, all - all / 4) - this.bytes;
    if (more > 0) this.grow(more);
  }

  /** From here on there will be an answer, whether or not anybody waits for it. */
  atWork(): void {
    this.isAtWork = true;
  }

  /** @throws Refusal `too-many-requests` where this answer would wait with too many others */
  requireRoom(bytes: number): void {
    const { answers } = this.memory;
    if (!isRead(this.request)) return; // what is written is told, and counted already
    // Nobody's unread answers keep a health check from being answered.
    if (this.request.principal === anybody && bytes <= smallBytes) return;
    // Small ones are for all who read their own.
    if (bytes <= answers.leftOf(this.token) && (bytes <= smallBytes || bytes <= answers.left)) return;
    throw new Refusal(
      'too-many-requests',
      `too many answers wait for clients that don't read them: for a token at most ${answers.limits.one} bytes, all together ${answers.limits.all}. Read what you have asked for, and ask again in a second`,
      { limitBytes: answers.limits.one },
    );
  }

  /** The answer is made, and on its way as far as the kernel takes it; what it does not take is counted until it does. */
  answered(answer: ServerResponse): void {
    this.request.body = undefined;
    this.settle();
    const waiting = answer.writableLength;
    if (waiting === 0) return;
    const { socket } = this.request.raw;
    endIfStalled(socket, this.memory.limits.stalledMs);
    if (!isRead(this.request)) return;
    this.memory.answers.add(this.token, waiting);
    whenClosed(answer, socket, () => {
      this.memory.answers.giveBack(this.token, waiting);
    });
  }

  /** What is read from the disk as its client takes it is never held as a whole. */
  sends(): void {
    this.settle();
    endIfStalled(this.request.raw.socket, this.memory.limits.stalledMs);
  }

  /** Nothing more is done with it here. */
  settle(): void {
    this.isAnswered = true;
    this.giveBack();
  }

  private giveBack(): void {
    if (!this.isClosed || (this.isAtWork && !this.isAnswered)) return;
    this.memory.bodies.giveBack(this.token, this.bytes);
    this.bytes = 0;
  }
}

/** Ends a connection on which nothing moves for so long (Node looks whether anything is taken), answers waiting. */
export function endIfStalled(socket: Socket, stalledMs: number): void {
  socket.setTimeout(stalledMs);
}
