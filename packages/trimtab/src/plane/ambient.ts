import type { RunHost } from './run.ts'

/** What a plane takes from the process around it, in one place. */
export interface Ambient {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly runHost: RunHost
}

export function ambient(): Ambient {
  return { env: process.env, runHost: process }
}

/** Tells processes of one machine apart that live at the same time; a later one may get the same number. */
export function ambientPid(): number {
  return process.pid
}
