import { Injectable } from '@nestjs/common';
import { BehaviorSubject, Observable } from 'rxjs';

/**
 * Tells live listeners how far the log has come. Only a hint that there is something to read: what happened is in
 * the log, and whoever misses a hint finds it there.
 */
@Injectable()
export class Committed {
  private positions = new BehaviorSubject(0);
  private stopped = false;

  /** Nobody is told anything any more: open streams have to end. */
  get isStopped(): boolean {
    return this.stopped;
  }

  /** The newest position, at once and whenever it grows; completes when the server stops. */
  get position$(): Observable<number> {
    return this.positions;
  }

  announce(position: number): void {
    if (position > this.positions.value) this.positions.next(position);
  }

  stop(): void {
    this.stopped = true;
    this.positions.complete();
  }

  /** After `stop`, when the database is here again: new listeners are told. */
  startAgain(position: number): void {
    this.stopped = false;
    this.positions = new BehaviorSubject(position);
  }
}
