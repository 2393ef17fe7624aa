/** Gives numbers from 0 (included) to 1 (excluded). */
export type Random = () => number

/** The engine's own generator: for jitter, never for secrets. */
export const systemRandom: Random = () => Math.random()
