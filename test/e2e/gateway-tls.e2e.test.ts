import { once } from 'node:events'
import { Agent, get } from 'node:https'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { atomicWrite } from '../support/atomic-writer.ts'
import { createTestPair, type TestPair } from '../support/certificates.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { buildGateway, TestGateway } from './support/gateway.ts'
import type { Service } from './support/service.ts'
import { credentials } from './support/tenants.ts'
import { startTestUpstream } from './support/upstreams.ts'

beforeAll(buildGateway)

type PairTexts = Pick<TestPair, 'cert' | 'key'>

/** A gateway that serves HTTPS with a pair in a folder as Kubernetes mounts a secret: both files change at once. */
class TlsBench {
  readonly service: Service
  readonly #mounted = tempFolder()
  #versions = 0

  constructor(upstream: string, pair: PairTexts) {
    this.#write(pair)
    this.service = new TestGateway({ 'config.yaml': this.#config(upstream) }).service
  }

  async port(): Promise<number> {
    const line = await this.service.line(/^ready https:/)
    return Number(new URL(line.split(' ')[1] ?? '').port)
  }

  async put(pair: PairTexts, says: RegExp): Promise<string> {
    const from = this.service.lines.length
    this.#write(pair)
    return this.service.line(says, from)
  }

  #write({ cert, key }: PairTexts): void {
    this.#versions += 1
    atomicWrite(this.#mounted, String(this.#versions), { 'tls.crt': cert, 'tls.key': key })
  }

  #config(upstream: string): string {
    return `limits: { requestsPerSecond: 1000000 }
http: { port: 0, tls: true, linger: 50ms }
tls:
  cert: \${file:${this.#mounted}/tls.crt}
  key: \${file:${this.#mounted}/tls.key}
traffic:
  upstreams: { blue: { url: "${upstream}" } }
  routes: { all: { match: /*, upstream: blue } }
`
  }
}

/** Who a handshake shows that begins now. The certificate is verified. */
async function servedTo(port: number, ca: readonly string[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, ca: [...ca] })
  await once(socket, 'secureConnect')
  const { CN } = socket.getPeerCertificate().subject
  socket.destroy()
  await once(socket, 'close')
  return String(CN)
}

/** Sends requests over connections that stay open, until it is stopped. */
class KeepAlive {
  answered = 0
  readonly failures: string[] = []
  /** Who the connections showed at their handshakes, by connection. */
  readonly peers = new Map<TLSSocket, string>()
  readonly #agent: Agent
  readonly #senders: readonly Promise<void>[]
  #isOver = false

  constructor(port: number, ca: readonly string[], connections: number) {
    this.#agent = new Agent({ keepAlive: true, ca: [...ca], maxSockets: connections })
    this.#senders = Array.from({ length: connections }, () => this.#sendAll(port))
    onTestFinished(() => this.stop())
  }

  /** Resolves when as many more requests have been answered. */
  async more(count: number): Promise<void> {
    const wanted = this.answered + count
    while (this.answered < wanted && this.failures.length === 0) await nextTurn()
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#senders)
    this.#agent.destroy()
  }

  async #sendAll(port: number): Promise<void> {
    while (!this.#isOver) {
      try {
        const status = await this.#send(port)
        if (status === 200) this.answered += 1
        else this.failures.push(`status ${status}`)
      } catch (error) {
        this.failures.push(String(error))
      }
    }
  }

  #send(port: number): Promise<number | undefined> {
    const headers = credentials('acme')
    return new Promise((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port, path: '/orders', agent: this.#agent, headers }, (response) => {
        // The agent is one for HTTPS.
        const socket = response.socket as TLSSocket
        if (!this.peers.has(socket)) this.peers.set(socket, String(socket.getPeerCertificate().subject.CN))
        response.on('error', reject)
        response.on('end', () => resolve(response.statusCode))
        response.resume()
      })
      request.on('error', reject)
    })
  }
}

test('a rotated certificate is served from the next handshake on, and a pair that cannot be never is', async () => {
  const [first, second, third] = ['first', 'second', 'third'].map((name) => createTestPair({ name }))
  if (first === undefined || second === undefined || third === undefined) throw new Error('There are three')
  const ca = [first.cert, second.cert, third.cert]
  const { url } = await startTestUpstream('blue')
  const bench = new TlsBench(url, first)
  const port = await bench.port()
  expect(await servedTo(port, ca)).toBe('first')

  const load = new KeepAlive(port, ca, 8)
  await load.more(100)
  await bench.put(second, /^  reloaded  tls$/)
  expect(await servedTo(port, ca)).toBe('second')
  await load.more(100)

  const mismatch = await bench.put({ cert: third.cert, key: second.key }, /^  refused /)
  expect(mismatch).toMatch(/ config\.yaml:5:8: tls\.key: module tls: does not belong to the certificate$/)
  expect(await servedTo(port, ca)).toBe('second')
  const noCertificate = await bench.put({ cert: 'hunter2', key: third.key }, /^  refused /)
  expect(noCertificate).toMatch(/ config\.yaml:4:9: tls\.cert: module tls: holds no certificate/)
  const torn = await bench.put({ cert: third.cert, key: third.key.slice(0, 100) }, /^  refused /)
  expect(torn).toMatch(/ config\.yaml:5:8: tls\.key: module tls: cannot be parsed/)
  expect(await servedTo(port, ca)).toBe('second')
  await load.more(100)

  await bench.put(third, /^  reloaded  tls$/)
  expect(await servedTo(port, ca)).toBe('third')
  await load.more(100)
  await load.stop()
  expect(load.failures).toEqual([])
  // No connection was closed by any of it: all are those of the beginning.
  expect([...load.peers.values()]).toEqual(Array.from({ length: 8 }, () => 'first'))

  const said = bench.service.lines.join('\n')
  for (const secret of ['hunter2', 'PRIVATE KEY', ...keyLines(first), ...keyLines(second), ...keyLines(third)]) {
    expect(said).not.toContain(secret)
  }
  process.kill(bench.service.pid, 'SIGTERM')
  expect(await bench.service.ended).toBe(0)
})

test('a gateway with a pair that does not belong together does not start, and says why', async () => {
  const [own, other] = [createTestPair({ name: 'own' }), createTestPair({ name: 'other' })]
  const { url } = await startTestUpstream('blue')
  const { service } = new TlsBench(url, { cert: own.cert, key: other.key })
  await service.line(/config\.yaml:5:8: tls\.key: module tls: does not belong to the certificate/)
  expect(await service.ended).toBe(3)
})

function keyLines({ key }: TestPair): readonly string[] {
  return key.split('\n').filter((line) => line !== '' && !line.startsWith('-----'))
}
