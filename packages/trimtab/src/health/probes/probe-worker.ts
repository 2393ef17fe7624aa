import { createServer } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'
import { createSharedBeat, type SharedBeat } from '../../primitives/time/shared-beat.ts'
import type { AggregateStatus } from '../report.ts'
import { blockedAnswer } from './blocked-answer.ts'
import type { ProbeStatuses, ProbeThreadData, ProbeThreadMessage } from './thread-messages.ts'
import { pathOf } from './probe-paths.ts'

// The entry of a thread: what runs it gives it nothing else.
const port = parentPort
if (port !== null) {
  // Given by startProbeThread, which is the only one to start this file.
  serve(workerData as ProbeThreadData, {
    tell: (message) => port.postMessage(message),
    onStatuses: (take) => port.on('message', take),
  })
}

function serve(
  { port: wanted, host, paths, reportAfter, failAfter, beat: memory, statuses: first }: ProbeThreadData,
  main: { tell(message: ProbeThreadMessage): void; onStatuses(take: (statuses: ProbeStatuses) => void): void },
): void {
  let statuses = first
  main.onStatuses((next) => {
    statuses = next
  })
  const beat: SharedBeat = createSharedBeat(memory)
  const server = createServer((request, response) => {
    const probe = paths.get(pathOf(request.url ?? ''))
    if (probe === undefined) {
      response.writeHead(404).end()
      return
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end()
      return
    }
    const known: AggregateStatus = statuses[probe]
    const { status, headers, body } = blockedAnswer(probe, known, { age: beat.age(), reportAfter, failAfter })
    // node takes a flat list of names and values, and does not change it.
    response.writeHead(status, headers as string[])
    response.end(request.method === 'HEAD' ? undefined : body)
  })
  server.on('error', (error) => main.tell({ kind: 'failed', message: error.message }))
  server.listen(wanted, host, () => {
    const address = server.address()
    main.tell({ kind: 'listening', port: typeof address === 'object' && address !== null ? address.port : wanted })
  })
}
