/** Seconds: a reload of a small service takes milliseconds, one that replaces a pool takes its start timeout at most. */
export const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const
