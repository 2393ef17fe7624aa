import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { credentials } from './tenants.ts'

/** What a load balancer knows of an instance. */
interface Member {
  readonly url: string
  isReady: boolean
  /** What its readiness probe has answered, each as often as it was another one; 0 for no connection. */
  readonly answers: number[]
}

/** Milliseconds between two probes of an instance. */
const interval = 20
/** Milliseconds in which nothing goes over a connection. */
const rest = 100

/**
 * A load balancer and its clients: it probes readiness, sends to those who are ready over connections that are kept alive,
 * and never sends a request twice.
 */
export class Fleet {
  answered = 0
  readonly failures: string[] = []
  readonly #members: Member[] = []
  readonly #agent: Agent
  readonly #connections: number
  #work: Promise<unknown>[] = []
  #isOver = false

  constructor(connections: number) {
    this.#connections = connections
    this.#agent = new Agent({ keepAlive: true })
    onTestFinished(() => this.stop())
  }

  /** Resolves when it is ready to be sent to. */
  async join(url: string): Promise<Member> {
    const member: Member = { url, isReady: false, answers: [] }
    this.#members.push(member)
    this.#work.push(this.#probe(member))
    while (!member.isReady) await pause(interval)
    return member
  }

  /** Begins to send. */
  begin(): void {
    this.#work.push(...Array.from({ length: this.#connections }, (_, number) => this.#sendAll(number)))
  }

  /** Resolves when as many more requests have been answered. */
  async more(count: number): Promise<void> {
    const wanted = this.answered + count
    while (this.answered < wanted && this.failures.length === 0) await pause(interval)
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#work)
    this.#work = []
    this.#agent.destroy()
  }

  async #probe(member: Member): Promise<void> {
    while (!this.#isOver) {
      const status = await fetch(`${member.url}/readyz`, { headers: { connection: 'close' } }).then(
        async (response) => {
          await response.arrayBuffer()
          return response.status
        },
        () => 0,
      )
      member.isReady = status === 200
      if (member.answers.at(-1) !== status) member.answers.push(status)
      // It does not come back under this address.
      if (status === 0) return
      await pause(interval)
    }
  }

  async #sendAll(number: number): Promise<void> {
    for (let turn = number; !this.#isOver; turn += 1) {
      const ready = this.#members.filter(({ isReady }) => isReady)
      const member = ready[turn % Math.max(1, ready.length)]
      if (member === undefined) {
        await pause(interval)
        continue
      }
      try {
        const status = await this.#post(member.url)
        if (status === 200) this.answered += 1
        else this.failures.push(`status ${status}`)
      } catch (error) {
        this.failures.push(`${String(error)}, while its readiness was ${member.answers.join(', ')}`)
      }
      // Connections are to be open while nothing goes over them, too: that is when one end may close them.
      await pause(rest)
    }
  }

  #post(url: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent: this.#agent, headers: credentials('acme') }
      const sent = request(`${url}/load/order`, options, (response) => {
        response.on('error', reject)
        response.on('end', () => resolve(response.statusCode))
        response.resume()
      })
      sent.on('error', reject)
      sent.end('an order that is placed once')
    })
  }
}
