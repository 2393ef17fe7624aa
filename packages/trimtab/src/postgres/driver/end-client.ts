import type { PgClientLike } from './pg-types.ts'

/**
 * Ends a client at once, whatever it is at. Its own `end` says goodbye first and waits for an answer, which never comes over
 * a connection that has gone silent.
 */
export function cutOff(client: PgClientLike): void {
  // It rejects where it was not connected yet; what is left then is the stream.
  client.end().catch(() => {})
  destroyStream(client)
}

/** Takes a client's connection away. */
export function destroyStream(client: PgClientLike): void {
  const connection: unknown = Reflect.get(client, 'connection')
  const stream: unknown =
    typeof connection === 'object' && connection !== null ? Reflect.get(connection, 'stream') : undefined
  const destroy: unknown = typeof stream === 'object' && stream !== null ? Reflect.get(stream, 'destroy') : undefined
  if (typeof destroy === 'function') Reflect.apply(destroy, stream, [])
}
