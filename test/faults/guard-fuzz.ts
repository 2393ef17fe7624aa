/**
 * Reads of 200 tenants that are interleaved by everything that can carry a context or lose it. Each read knows whose it is
 * meant to be, whose the thing is that it reads, and in whose context its carrier calls it, so that the guard's verdict is
 * known beforehand. Started as `guard-fuzz.ts <operations> <seed>`, it prints what it found as one line of JSON.
 */
import { EventEmitter, once } from 'node:events'
import { Agent, createServer, request as send, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { isTrimtabError } from '../../packages/trimtab/src/errors/trimtab-error.ts'
import { systemClock } from '../../packages/trimtab/src/primitives/time/clock.ts'
import { createTenantContext } from '../../packages/trimtab/src/tenancy/context.ts'
import { createGuard } from '../../packages/trimtab/src/tenancy/guard/create-guard.ts'
import type { GuardedWork } from '../../packages/trimtab/src/tenancy/guard/guard.ts'
import { tenantMiddleware } from '../../packages/trimtab/src/tenancy/middleware/node-middleware.ts'
import type { TenantId } from '../../packages/trimtab/src/tenancy/tenant-id.ts'

export interface FuzzResult {
  readonly node: string
  readonly operations: number
  /** Reads that were let through. */
  readonly passed: number
  /** Refusals by the code of their error. */
  readonly refused: Readonly<Record<string, number>>
  /** What the guard counted itself, by kind; and what its events stand for. */
  readonly counted: Readonly<Record<string, number>>
  readonly told: number
  /** Where the guard did other than it should have: the first ten. */
  readonly wrong: readonly string[]
}

const tenantCount = 200
const actors = 48
const tenants = Array.from({ length: tenantCount }, (_, index) => `tenant-${index}`)

/** A generator of chance that can be repeated. */
function chanceOf(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** In whose context a read is made: undefined for nobody's, `unknown` where Node may do it in one or another. */
type Caller = string | undefined | typeof unknown
const unknown = Symbol('unknown')

export async function fuzzGuard(operations: number, seed: number): Promise<FuzzResult> {
  const chance = chanceOf(seed)
  const context = createTenantContext({ tenantOf: (id: TenantId) => ({ id, config: {} }) })
  const guard = createGuard({ context, clock: systemClock })
  const refused: Record<string, number> = {}
  const wrong: string[] = []
  let done = 0
  let passed = 0
  let told = 0
  guard.events.on((event) => {
    if (event.kind === 'violation') told += event.count
  })

  const anyTenant = () => tenants[chance(tenantCount)] ?? 'tenant-0'
  /** Mostly its own, and now and then what a mistake in a query would give. */
  const ownerFor = (tenant: string) => (chance(8) === 0 ? anyTenant() : tenant)
  const begin = () => guard.begin({ resource: 'row', operation: 'read' })

  /** One read for `meant` in the context of `caller`, which the guard does not know of. */
  const read = (work: GuardedWork, meant: string, caller: Caller, carrier: string) => {
    done += 1
    const owner = ownerFor(meant)
    const due =
      caller === unknown
        ? undefined
        : caller === undefined
          ? 'tenant_context_missing'
          : caller !== meant
            ? 'tenant_mismatch'
            : owner === meant
              ? 'passed'
              : 'tenant_isolation'
    let verdict = 'passed'
    try {
      work.check()
      guard.assert({ tenant: owner, resource: 'row', operation: 'read' })
      passed += 1
    } catch (error) {
      verdict = isTrimtabError(error) ? error.code : String(error)
      refused[verdict] = (refused[verdict] ?? 0) + 1
    }
    const isWrong = due === undefined ? verdict === 'passed' && owner !== meant : verdict !== due
    if (isWrong && wrong.length < 10)
      wrong.push(`${carrier}: ${meant} reads of ${owner} as ${String(caller)}: ${verdict}, not ${due}`)
  }

  const shared = new EventEmitter().setMaxListeners(0)
  const pool = createPool(8)
  const server = await serve()
  const agent = new Agent({ keepAlive: true, maxSockets: 12 })
  const { port } = server.address() as AddressInfo

  /** A server that reads for the tenant of each request: at once, from the body, and after a while. */
  async function serve(): Promise<Server> {
    const middleware = tenantMiddleware({
      tenants: { ...context, stateOf: () => 'active' },
      from: { header: 'x-tenant' },
      authorize: async (_tenant, request) => (request.headers['x-slow'] === undefined ? true : turn(true)),
    })
    const created = createServer((message, response) => {
      const meant = String(message.headers['x-tenant'])
      if (context.current() !== undefined) wrong.push('socket: a request begins inside a tenant')
      middleware(message, response, () => {
        const work = begin()
        read(work, meant, meant, 'request')
        message.on('data', () => read(work, meant, meant, 'body'))
        response.on('finish', () => read(work, meant, unknown, 'finish'))
        response.on(
          'close',
          context.bind(() => read(work, meant, meant, 'close')),
        )
        message.on('end', () => {
          read(work, meant, meant, 'end of the body')
          setImmediate(() => {
            read(work, meant, meant, 'immediate in a request')
            response.end(meant)
          })
        })
      })
    }).listen(0, '127.0.0.1')
    await once(created, 'listening')
    return created
  }

  const carriers: Readonly<Record<string, (tenant: string, other: string | undefined) => unknown>> = {
    async timer(tenant) {
      const work = begin()
      await new Promise<void>((resolve) => {
        const call = () => {
          read(work, tenant, tenant, 'timer')
          resolve()
        }
        if (chance(4) === 0) setTimeout(call, chance(3))
        else setImmediate(call)
      })
      await (chance(8) === 0 ? wait(chance(3)) : turn())
      read(work, tenant, tenant, 'awaited timer')
    },
    async promise(tenant, other) {
      const work = begin()
      for (let depth = chance(4); depth >= 0; depth -= 1) await Promise.resolve(depth)
      read(work, tenant, tenant, 'promise')
      await Promise.all([
        Promise.resolve().then(() => read(work, tenant, tenant, 'then')),
        as(other, async () => {
          await Promise.resolve()
          read(work, tenant, other, 'work handed to another')
          if (other !== undefined) read(begin(), other, other, 'nested')
        }),
      ])
      queueMicrotask(() => read(work, tenant, tenant, 'microtask'))
      process.nextTick(() => read(work, tenant, tenant, 'tick'))
      await turn()
    },
    emitter(tenant, other) {
      const work = begin()
      shared.once('row', (caller: Caller) => read(work, tenant, caller, 'emitter'))
      shared.once(
        'row',
        context.bind(() => read(work, tenant, tenant, 'bound emitter')),
      )
      if (chance(3) === 0) as(other, () => shared.emit('row', other))
    },
    async stream(tenant, other) {
      const work = begin()
      const rows = Readable.from(['a', 'b'])
      for await (const _ of rows) read(work, tenant, tenant, 'async iteration')
      const pipe = new PassThrough()
      pipe.on(
        'data',
        context.bind(() => read(work, tenant, tenant, 'bound stream')),
      )
      pipe.on('data', () => read(work, tenant, unknown, 'stream'))
      as(other, () => pipe.end('row'))
      await once(pipe, 'end')
      read(work, tenant, tenant, 'end of a stream')
    },
    async pool(tenant, other) {
      const work = begin()
      const release = await pool.acquire()
      read(work, tenant, tenant, 'pool')
      pool.queue((caller) => read(work, tenant, caller, 'callback of a pool'))
      pool.queue(context.bind(() => read(work, tenant, tenant, 'bound callback of a pool')))
      await turn()
      as(other, () => release(other))
    },
    socket: (tenant) =>
      context.outside(
        () =>
          new Promise<void>((resolve, reject) => {
            const headers = { 'x-tenant': tenant, ...(chance(3) === 0 ? { 'x-slow': '1' } : {}) }
            const message = send({ agent, port, host: '127.0.0.1', method: 'POST', headers }, (response) => {
              let answer = ''
              response.setEncoding('utf8')
              response.on('data', (text: string) => (answer += text))
              response.on('end', () => {
                if (answer !== tenant) wrong.push(`socket: ${tenant} was answered ${answer}`)
                resolve()
              })
            })
            message.on('error', reject)
            message.end('body')
          }),
      ),
  }
  const as = <T>(tenant: string | undefined, work: () => T): T =>
    tenant === undefined ? context.outside(work) : context.run(tenant, work)
  const names = Object.keys(carriers)

  const act = async () => {
    while (done < operations) {
      const [tenant, other] = [anyTenant(), chance(4) === 0 ? undefined : anyTenant()]
      // A request takes as long as hundreds of the others.
      const name = names[chance(names.length)] ?? 'timer'
      if (name === 'socket' && chance(6) !== 0) continue
      await context.run(tenant, () => carriers[name]?.(tenant, other))
      if (chance(64) === 0) await turn()
    }
  }
  await Promise.all(Array.from({ length: actors }, act))
  // Whoever still listens hears of it from nobody.
  shared.emit('row', undefined)
  pool.drain()
  agent.destroy()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await turn()
  guard.close()

  const counted: Record<string, number> = {}
  for (const { kind, count } of guard.counts) counted[kind] = (counted[kind] ?? 0) + count
  return { node: process.version, operations: done, passed, refused, counted, told, wrong }
}

/** A pool that gives what is free by a promise, and calls those who queue from whoever gives something back. */
function createPool(size: number) {
  let free = size
  const waiting: ((release: Release) => void)[] = []
  const queued: ((caller: Caller) => void)[] = []
  type Release = (caller: Caller) => void
  const release: Release = (caller) => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next(release)
    for (const call of queued.splice(0, 4)) call(caller)
  }
  return {
    acquire: (): Promise<Release> =>
      new Promise((resolve) => {
        if (free === 0) waiting.push(resolve)
        else {
          free -= 1
          resolve(release)
        }
      }),
    queue: (call: (caller: Caller) => void) => void queued.push(call),
    drain() {
      for (const call of queued.splice(0)) call(undefined)
    },
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , operations, seed] = process.argv
  process.stdout.write(`${JSON.stringify(await fuzzGuard(Number(operations), Number(seed)))}\n`)
}
