import { inspect } from 'node:util'
import { type Outcome, type Plane, printProblem } from 'trimtab'
import { expect } from 'vitest'
import { type HeardLogger, hearingLogger } from './hearing-logger.ts'

/** What somebody could print of a plane, in every way of printing. */
export interface Witness {
  readonly logger: HeardLogger
  /** Hears everything that the plane tells from now on. */
  watch(plane: Plane<unknown>): void
  /** Everything that came out so far, as one text. */
  printed(plane: Plane<unknown>, paths?: readonly string[]): string
}

/** Collects whatever comes out of a plane, to be searched for what must not. */
export function createWitness(): Witness {
  const logger = hearingLogger()
  const told: unknown[] = []
  return {
    logger,
    watch: (plane) => void plane.events.on((event) => told.push(event)),
    printed(plane, paths = []) {
      const things: unknown[] = [
        ...[...told, plane.state, plane.sources, plane.outcomes, plane.lastOutcome, plane.snapshot, plane.breaker],
        ...paths.map((path) => plane.explain(path)),
      ]
      return [
        ...logger.lines,
        ...things.map(printEveryWay),
        ...plane.outcomes.flatMap(linesOf),
        inspect(plane, { depth: 20, showHidden: true }),
      ].join('\n')
    },
  }
}

/** JSON, what `console.log` shows, and what a debugger shows. */
function printEveryWay(value: unknown): string {
  const json = JSON.stringify(value, (_, inner: unknown) => (inner instanceof Map ? [...inner] : inner)) ?? ''
  const errors = value instanceof Error ? [value.stack, inspect(value.cause, { depth: 20 })] : []
  return [json, inspect(value, { depth: 20, showHidden: true }), String(value), ...errors].join('\n')
}

export function expectAbsent(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    const at = text.indexOf(secret)
    if (at >= 0) expect.fail(`shows a secret: …${text.slice(Math.max(0, at - 300), at + secret.length + 100)}…`)
  }
}

function linesOf(outcome: Outcome): readonly string[] {
  return [
    ...outcome.problems.map(printProblem),
    ...('changes' in outcome ? outcome.changes.summary() : []),
    ...(outcome.plan?.changes.summary() ?? []),
  ]
}
