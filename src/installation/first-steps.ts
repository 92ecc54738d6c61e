/** The steps of a first start, in order: what `palimpsest serve` does where there is no database. */
export const firstSteps = ['make', 'made', 'named', 'charge', 'listen', 'told', 'token'] as const;

export type FirstStep = (typeof firstSteps)[number];

/** Told about each step before it is taken. */
export type Reached<S extends string> = (step: S) => void;
