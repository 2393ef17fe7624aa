import type { Plan } from '../../reload/plan/plan.ts'
import type { Problem } from '../../schema/problem.ts'
import type { PossibleFollower } from './may-follow.ts'

/** What a plan found out. */
export type Planned =
  | {
      readonly kind: 'plan'
      readonly plan: Plan
      readonly followers: readonly PossibleFollower[]
      readonly warnings: readonly Problem[]
    }
  | {
      readonly kind: 'unreadable' | 'invalid'
      /** Which of the two configurations it is. */
      readonly side: 'from' | 'to'
      readonly problems: readonly Problem[]
    }
