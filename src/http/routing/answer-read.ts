import type { Query } from '@nestjs/cqrs';
import { TooDear } from '../../queries/bearable.js';
import type { Answer } from '../edge/problem.js';
import type { Asked, AtPosition, ReadRoute } from './read-route.js';

/** An answer, and the log position that it reflects. */
export interface Read {
  readonly answer: Answer;
  readonly position: number;
}

/** Whoever answers queries: Nest's bus, or its handlers alone. */
export interface Queries {
  execute<Result>(query: Query<Result>): Promise<Result>;
}

/**
 * Answers a question: the same bytes in whatever thread.
 * @throws Refusal; TooDear where the model bears less than the question asks for
 */
export async function answerRead(route: ReadRoute, asked: Asked, queries: Queries): Promise<Read> {
  let query: Query<AtPosition>;
  try {
    query = route.ask(asked);
  } catch (refusal) {
    if (route.first) await foundOrTooDear(queries.execute(route.first(asked)));
    throw refusal;
  }
  const found = await queries.execute(query);
  return { answer: route.show(found, asked), position: found.position };
}

/** What is too large to be read here is there. */
async function foundOrTooDear(found: Promise<unknown>): Promise<void> {
  try {
    await found;
  } catch (error) {
    if (!(error instanceof TooDear)) throw error;
  }
}
