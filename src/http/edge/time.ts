import { isISO8601 } from './validators.js';

const shape = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Reads a date or time (ISO 8601); where no zone is given, it is UTC. Nothing for anything else, 30 February included. */
export function parseTime(text: string): Date | undefined {
  const match = shape.exec(text);
  if (!match || !isISO8601(text, { strict: true })) return undefined;
  const isLocal = match[1] !== undefined && match[4] === undefined;
  const time = new Date(isLocal ? `${text}Z` : text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
