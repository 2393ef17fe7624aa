import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Call } from './call.ts'

/** An error that reached nobody. */
export interface Stray {
  readonly owner: Call
  readonly error: unknown
  readonly kind: 'exception' | 'rejection'
}

const events = ['uncaughtException', 'unhandledRejection'] as const

type Handler = (...args: readonly unknown[]) => void

/** One that was put in the place of others: what they were, and whether it still looks for its own. */
interface Stand extends Handler {
  readonly inPlaceOf: Handler[]
  retired: boolean
}

/**
 * Catches what would end the process, where a hook has left it: an exception in a timer, a rejection that nobody handles.
 * What belongs to nobody is handed to those who listened before. The returned function ends it; several may end in any
 * order.
 */
export function catchStrays(owners: AsyncLocalStorage<Call>, onStray: (stray: Stray) => void): () => void {
  const ends = events.map((event) => {
    const stand: Stand = Object.assign(
      (...args: readonly unknown[]) => {
        const [error] = args
        const owner = stand.retired ? undefined : owners.getStore()
        const kind = event === 'uncaughtException' ? 'exception' : 'rejection'
        if (owner !== undefined) return onStray({ owner, error, kind })
        // With nobody to hand it to, it ends the process as it would have without this.
        if (stand.inPlaceOf.length === 0) throw error
        for (const handler of stand.inPlaceOf) handler(...args)
      },
      { inPlaceOf: handlersOf(event), retired: false },
    )
    replace(event, [stand])
    return () => {
      stand.retired = true
      // Another verification may have begun meanwhile and stand in its place: that one then puts things back.
      replace(event, handlersOf(event).flatMap(unfold))
    }
  })
  return () => {
    for (const end of ends) end()
  }
}

function handlersOf(event: (typeof events)[number]): Handler[] {
  // Raw, so that one that was to be called once is still that when it is put back.
  return process.rawListeners(event) as Handler[]
}

function replace(event: (typeof events)[number], handlers: readonly Handler[]): void {
  process.removeAllListeners(event)
  for (const handler of handlers) process.on(event, handler)
}

function unfold(handler: Handler): readonly Handler[] {
  if (!isStand(handler)) return [handler]
  const within = handler.inPlaceOf.flatMap(unfold)
  handler.inPlaceOf.splice(0, Infinity, ...within)
  return handler.retired ? within : [handler]
}

function isStand(handler: Handler): handler is Stand {
  return 'inPlaceOf' in handler
}
