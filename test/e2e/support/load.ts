/**
 * Sends requests over connections that are kept alive until standard input ends. Prints a line at the first answer, and at the end
 * what came of all of them as one line of JSON: `node --import tsx load.ts <url>`.
 */
import autocannon from 'autocannon'
import type { Seen } from './upstreams.ts'

/** What the load tells at its end. */
export interface LoadReport {
  readonly answered: number
  readonly failed: { readonly errors: number; readonly timeouts: number; readonly non2xx: number }
  /** The generations that answered, each with every stamp it was seen with. */
  readonly stamps: Readonly<Record<string, readonly string[]>>
  /** Answers in which route, upstream and snapshot were not of one stamp, or the body was not what was sent. */
  readonly mixed: readonly string[]
}

const url = process.argv[2] ?? ''
const body = 'x'.repeat(2_000)
const stamps = new Map<string, Set<string>>()
const mixed: string[] = []

const look = (expectedLength: number) => (status: number, answer: string, _context: object, headers: unknown) => {
  const generation = headerOf(headers, 'x-trimtab-generation')
  if (status !== 200) {
    mixed.push(`${status} in generation ${generation}: ${answer}`)
    return
  }
  const { upstream, stamp = '', token, length }: Seen = JSON.parse(answer)
  const seen = stamps.get(generation) ?? new Set()
  stamps.set(generation, seen.add(stamp))
  if (stamp.startsWith(`${upstream}.`) && token === stamp && length === expectedLength) return
  mixed.push(`generation ${generation}: route ${stamp}, upstream ${upstream}, snapshot ${token}, ${length} characters`)
}

const options: autocannon.Options = {
  url,
  connections: 60,
  duration: 3_600,
  requests: [
    { method: 'GET', path: '/load/1', headers: { 'x-tenant': 'acme' }, onResponse: look(0) },
    { method: 'POST', path: '/load/2', headers: { 'x-tenant': 'globex' }, body, onResponse: look(body.length) },
    { method: 'GET', path: '/load/3?q=1', onResponse: look(0) },
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
  mixed: mixed.slice(0, 20),
}
console.log(JSON.stringify(report))

/** autocannon gives headers as an object whose names are as they were sent. */
function headerOf(headers: unknown, name: string): string {
  const entries = typeof headers === 'object' && headers !== null ? Object.entries(headers) : []
  return String(entries.find(([key]) => key.toLowerCase() === name)?.[1])
}
