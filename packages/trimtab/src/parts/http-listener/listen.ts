import { createServer, type Server } from 'node:net'
import { describeThrown } from '../../errors/trimtab-error.ts'
import { abortReason, onAbort } from '../../primitives/concurrency/abort.ts'

export interface ListenPlace {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

/** Which of the two can't be used, and why. */
export interface ListenRefusal {
  readonly field: 'host' | 'port'
  readonly why: string
}

/** Starts listening; rejects with what node says, or with the signal's reason, nothing left open. Gives the port. */
export async function listen(server: Server, { host, port }: ListenPlace, signal: AbortSignal): Promise<number> {
  if (signal.aborted) throw abortReason(signal)
  await new Promise<void>((resolve, reject) => {
    const end = (settle: () => void) => {
      release()
      server.off('error', onError)
      server.off('listening', onListening)
      settle()
    }
    const onError = (error: Error) => end(() => reject(error))
    const onListening = () => end(resolve)
    const release = onAbort(signal, () => end(() => server.close(() => reject(abortReason(signal)))))
    server.once('error', onError)
    server.once('listening', onListening)
    server.listen({ host, port })
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

/** Finds out whether a server could listen there, by doing so for a moment. */
export async function probeListen(place: ListenPlace, signal: AbortSignal): Promise<ListenRefusal | undefined> {
  const server = createServer()
  try {
    await listen(server, place, signal)
  } catch (error) {
    return describeListenError(error, place)
  }
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  return undefined
}

/** A failed listen as something a person can act on. */
export function describeListenError(error: unknown, { host, port }: ListenPlace): ListenRefusal {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'EADDRINUSE':
      return {
        field: 'port',
        why: `${port} on ${host} is taken. Choose another one, 0 for any that is free, or end what listens there`,
      }
    case 'EACCES':
      return { field: 'port', why: `${port} needs rights that this process lacks. Choose one from 1024 up` }
    case 'EADDRNOTAVAIL':
      return { field: 'host', why: `${host} is no address of this machine` }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { field: 'host', why: `${host} has no address: expected an IP address, or a name that can be resolved` }
    default:
      return { field: 'port', why: `${port} on ${host} cannot be listened on: ${describeThrown(error)}` }
  }
}
