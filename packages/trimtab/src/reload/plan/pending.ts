import type { Change } from '../../model/change.ts'
import { isUnder, parsePath } from '../../model/path.ts'
import type { Problem } from '../../schema/problem.ts'
import type { Candidate } from '../candidate/candidate.ts'
import type { PendingRestart } from './pending-restart.ts'
import type { Blocked } from './plan.ts'

/** What is configured and does not run, as text; `blocked` names the modules that could not be replaced. */
export function pendingRestarts({ pending }: Candidate, blocked: readonly Blocked[]): readonly PendingRestart[] {
  return [...pending].map((change) => {
    const segments = parsePath(change.path)
    const holder = blocked.find(({ roots }) => roots.some((root) => isUnder(segments, root)))
    return {
      path: change.path,
      running: pending.show(change, 'previous'),
      configured: pending.show(change, 'next'),
      ...(holder === undefined ? {} : { module: holder.unit }),
    }
  })
}

/** The refusals of a policy that lets nothing wait for a restart. */
export function restartProblems({ pending, content }: Candidate): readonly Problem[] {
  return [...pending].map((change: Change) => ({
    code: 'restart_required',
    severity: 'error',
    path: change.path,
    origin: content.context.origin(parsePath(change.path)),
    message: 'changes only at a restart',
    hint: 'Revert it, or restart the process with it',
  }))
}
