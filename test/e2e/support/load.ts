/**
 * Sends requests over connections that are kept alive until standard input ends. Prints a line at the first answer, and at the end
 * what came of all of them as one line of JSON: `node --import tsx load.ts <url>`.
 */
import autocannon from 'autocannon'
import { credentials } from './tenants.ts'
import type { Seen } from './upstreams.ts'

/** What the load tells at its end. */
export interface LoadReport {
  readonly answered: number
  readonly failed: { readonly errors: number; readonly timeouts: number; readonly non2xx: number }
  /** The generations that answered, each with every stamp it was seen with. */
  readonly stamps: Readonly<Record<string, readonly string[]>>
  /** The status of all answers, by generation and by tenant. */
  readonly statuses: Readonly<Record<string, readonly number[]>>
  /** Answers in which route, upstream and snapshot were not of one stamp, or the body was not what was sent. */
  readonly mixed: readonly string[]
}

const url = process.argv[2] ?? ''
const body = 'x'.repeat(2_000)
const stamps = new Map<string, Set<string>>()
const mixed: string[] = []

const statuses = new Map<string, Set<number>>()
const noteStatus = (of: string, status: number) => {
  statuses.set(of, (statuses.get(of) ?? new Set<number>()).add(status))
}

const look =
  (tenant: string, expectedLength: number) => (status: number, answer: string, _: object, headers: unknown) => {
    const generation = headerOf(headers, 'x-trimtab-generation')
    noteStatus(generation, status)
    noteStatus(tenant, status)
    // It has had its share, and came to no upstream.
    if (status === 429) return
    if (!answer.startsWith('{"upstream"')) {
      mixed.push(`${status} in generation ${generation}: ${answer}`)
      return
    }
    const { upstream, stamp = '', token, length }: Seen = JSON.parse(answer)
    const seen = stamps.get(generation) ?? new Set()
    stamps.set(generation, seen.add(stamp))
    if (stamp.startsWith(`${upstream}.`) && token === stamp && length === expectedLength) return
    mixed.push(
      `generation ${generation}: route ${stamp}, upstream ${upstream}, snapshot ${token}, ${length} characters`,
    )
  }

const options: autocannon.Options = {
  url,
  connections: 60,
  duration: 3_600,
  requests: [
    { method: 'GET', path: '/load/1', headers: credentials('acme'), onResponse: look('acme', 0) },
    { method: 'POST', path: '/load/2', headers: credentials('globex'), body, onResponse: look('globex', body.length) },
    { method: 'GET', path: '/load/3?q=1', headers: credentials('initech'), onResponse: look('initech', 0) },
  ],
}
const { errors, timeouts, non2xx, requests } = await new Promise<autocannon.Result>((resolve, reject) => {
  const instance = autocannon(options, (error: Error | null, result) => (error ? reject(error) : resolve(result)))
  instance.once('response', () => console.log('answered'))
  process.stdin.resume().on('end', () => instance.stop())
})

const report: LoadReport = {
  answered: requests.total,
  failed: { errors, timeouts, non2xx },
  stamps: Object.fromEntries([...stamps].map(([generation, seen]) => [generation, [...seen]])),
  statuses: Object.fromEntries([...statuses].map(([of, seen]) => [of, [...seen].toSorted((a, b) => a - b)])),
  mixed: mixed.slice(0, 20),
}
console.log(JSON.stringify(report))

/** autocannon gives headers as an object whose names are as they were sent. */
function headerOf(headers: unknown, name: string): string {
  const entries = typeof headers === 'object' && headers !== null ? Object.entries(headers) : []
  return String(entries.find(([key]) => key.toLowerCase() === name)?.[1])
}
