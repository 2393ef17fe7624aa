import type { Clock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'

/** Milliseconds that somebody's `authorize` may take: whoever probes does not wait longer than this. */
const patience = 1_000

/** Whether details may be shown. What throws, hangs or gives anything but `true` says no. */
export async function isAuthorized<Request>(
  authorize: ((request: Request) => boolean | PromiseLike<boolean>) | undefined,
  request: Request,
  clock: Clock,
): Promise<boolean> {
  if (authorize === undefined) return false
  const end = await runStep({ clock, timeout: patience, run: () => authorize(request) })
  // What somebody's function gave, which may be anything: only `true` opens.
  const said: unknown = end.kind === 'done' ? end.value : false
  return said === true
}
