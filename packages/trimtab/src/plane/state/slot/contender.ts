import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { onAbort } from '../../../primitives/concurrency/abort.ts'
import type { Clock } from '../../../primitives/time/clock.ts'
import { runStep } from '../../../primitives/time/deadline.ts'
import { failureKind } from '../../../sources/failure-kind.ts'

/** What somebody who answers at a socket says of itself. */
export type ContenderState = 'contending' | 'held'

/** Answers others for as long as this process lives. */
export interface Contender {
  /**
   * Decides, once, from the names of those who contend as well: true, and it holds from now on, unless one of them or of
   * those who have asked comes first.
   */
  tryToHold(name: string, rivals: readonly string[]): boolean
  close(): Promise<void>
}

/** Milliseconds after which somebody who is connected to and says nothing counts as alive: it may be busy, or stopped. */
const answerTimeout = 2_000
const longestName = 200
const attempts = 3

/** Listens at a path that nobody has used before. Keeps no process alive. */
export async function listenAs(path: string): Promise<Contender> {
  const askers = new Set<string>()
  const connections = new Set<Socket>()
  let state: ContenderState = 'contending'

  const server = createServer((socket) => {
    socket.unref()
    connections.add(socket)
    // An asker that goes away in the middle harms nobody.
    socket.on('error', () => {})
    socket.on('close', () => connections.delete(socket))
    socket.setEncoding('utf8')
    let name = ''
    socket.on('data', (text: string) => {
      name += text
      if (name.length > longestName) socket.destroy()
      if (!name.endsWith('\n')) return
      askers.add(name.trimEnd())
      socket.end(state)
    })
  })
  await listen(server, path)
  server.unref()
  return {
    tryToHold(name, rivals) {
      if ([...rivals, ...askers].some((other) => other < name)) return false
      state = 'held'
      return true
    },
    close() {
      for (const socket of connections) socket.destroy()
      return new Promise((resolve) => void server.close(() => resolve()))
    },
  }
}

/** Asks whoever listens at `path`, saying who asks. `gone` when nobody does any more. */
export async function askContender(path: string, asker: string, clock: Clock): Promise<ContenderState | 'gone'> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const run = (signal: AbortSignal) => exchange(path, `${asker}\n`, signal)
    const end = await runStep({ clock, timeout: answerTimeout, run })
    if (end.kind !== 'done') return 'held'
    if (end.value !== 'unclear') return end.value
    // It went away while it was asked. The next attempt shows whether for good.
  }
  return 'held'
}

function exchange(path: string, question: string, signal: AbortSignal): Promise<ContenderState | 'gone' | 'unclear'> {
  return new Promise((resolve) => {
    let answer = ''
    let failure: string | undefined
    const socket = createConnection({ path })
    const release = onAbort(signal, () => socket.destroy())
    socket.setEncoding('utf8')
    socket.on('connect', () => socket.write(question))
    socket.on('data', (text: string) => (answer += text))
    socket.on('error', (error) => (failure = failureKind(error)))
    socket.on('close', () => {
      release()
      if (answer === 'held' || answer === 'contending') resolve(answer)
      else resolve(failure === 'ECONNREFUSED' || failure === 'ENOENT' ? 'gone' : 'unclear')
    })
  })
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // Exclusive: in a cluster's worker the primary would listen instead, and live on when the worker has died.
    server.listen({ path, exclusive: true }, () => {
      server.off('error', reject)
      // Accepting may fail when there are too many open files; that takes nothing from the lock.
      server.on('error', () => {})
      resolve()
    })
  })
}
