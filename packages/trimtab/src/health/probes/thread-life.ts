import { Worker } from 'node:worker_threads'
import type { ProbeStatuses, ProbeThreadData, ProbeThreadMessage } from './thread-messages.ts'

/** One thread, from its start to its end. */
export interface ThreadLife {
  readonly port: number
  /** Resolves with why, when the thread has ended. */
  readonly ended: Promise<string>
}

export interface ThreadStart {
  readonly data: ProbeThreadData
  /** Whether the process stays up until the thread listens. */
  readonly keepsAlive: boolean
  /** Given the thread at once: what it is told before it listens waits for it. */
  readonly onWorker: (worker: ThreadHandle) => void
  /** Told of what goes wrong without ending the thread. */
  readonly onTrouble: (message: string) => void
}

/** A thread as its owner holds it. */
export interface ThreadHandle {
  tell(statuses: ProbeStatuses): void
  /** Resolves when it has ended. Idempotent. */
  terminate(): Promise<unknown>
}

/** Starts a thread. Rejects with what kept it from listening; it has ended then. */
export async function startThread({ data, keepsAlive, onWorker, onTrouble }: ThreadStart): Promise<ThreadLife> {
  // The file beside this one, as it is run: from `dist` or, by a loader, from the sources.
  const file = new URL(import.meta.url.endsWith('.ts') ? './probe-worker.ts' : './probe-worker.js', import.meta.url)
  const worker = new Worker(file, { workerData: data, name: 'trimtab-probes' })
  if (!keepsAlive) worker.unref()
  onWorker({
    // The rule is about windows of a browser; a thread has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    tell: (statuses) => worker.postMessage(statuses),
    terminate: () => worker.terminate(),
  })

  let why = 'it was ended from outside'
  // What a thread threw comes before its end. Unheard, it would end the process.
  worker.on('error', (error: unknown) => {
    why = error instanceof Error ? error.message : 'it threw what is no error'
  })
  const ended = new Promise<string>((resolve) => {
    worker.on('exit', () => resolve(why))
  })
  let isListening = false
  const listening = await new Promise<ProbeThreadMessage>((resolve) => {
    worker.on('message', (message: ProbeThreadMessage) => {
      if (isListening && message.kind === 'failed') onTrouble(message.message)
      isListening ||= message.kind === 'listening'
      resolve(message)
    })
    void ended.then((reason) => resolve({ kind: 'failed', message: reason }))
  })
  if (listening.kind === 'failed') {
    await worker.terminate()
    throw new Error(listening.message)
  }
  worker.unref()
  return { port: listening.port, ended }
}
