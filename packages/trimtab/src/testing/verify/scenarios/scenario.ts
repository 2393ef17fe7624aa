import type { Module } from '../../../modules/define-module.ts'
import type { Lab } from '../lab.ts'
import type { VerifiedHook } from '../rules.ts'

/** One way of driving a module, on a plane of its own. */
export interface Scenario {
  /** What is not known where it could not be run, to follow "no time was left to see". */
  readonly question: string
  /** What it is about. */
  readonly hook: VerifiedHook
  /** Hooks that have to work for it to show anything. */
  readonly needs: readonly VerifiedHook[]
  /** Whether it means anything for a module. */
  suits(definition: Module['definition']): boolean
  /** Leaves the lab open: it is closed afterwards. */
  run(lab: Lab, looks: Looks): Promise<void>
}

/** What the resource looked like when it was started on each of the contents. */
export type Looks = Map<number, unknown>

/** The contents beside the first. */
export function others({ parts }: Lab): readonly number[] {
  return parts.trees.map((_, index) => index).slice(1)
}
