import type { PgClientLike } from './pg-types.ts'

/**
 * Keeps the process alive where a server says goodbye in the very packet that welcomes a client. The pool has stopped listening to
 * the client by then, and whoever asked for it hears of it a turn later: an error that nobody listens to ends the process.
 * A pool is guarded once, however often it is given here.
 */
export function guardNewClients(pool: object): void {
  const [on, listeners]: unknown[] = [Reflect.get(pool, 'on'), Reflect.get(pool, 'listeners')]
  if (typeof on !== 'function' || typeof listeners !== 'function') return
  const known: unknown = Reflect.apply(listeners, pool, ['connect'])
  if (Array.isArray(known) && known.includes(guardNewClient)) return
  Reflect.apply(on, pool, ['connect', guardNewClient])
}

function guardNewClient(client: PgClientLike): void {
  const ignore = () => {}
  client.on('error', ignore)
  // When this runs, the packet has been read to its end, and its new owner listens before the next one is.
  queueMicrotask(() => client.removeListener('error', ignore))
}
