import { createServer } from 'node:http'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineModule, healthy, type Module } from 'trimtab'
import { verifyModule } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { config, goodHooks, type Pool, poolModule, replacedPoolModule, trees, verifyPool } from './workbench.ts'

const good: Record<string, () => Module<Pool>> = {
  'changes in place': () => poolModule(goodHooks),
  'is replaced': () => replacedPoolModule({ check: goodHooks.check }),
  'returns its undo': () =>
    poolModule({
      ...goodHooks,
      reload({ next, previous, resource }) {
        Object.assign(resource, { max: next.max, idle: next.idle })
        return () => Object.assign(resource, { max: previous.max, idle: previous.idle })
      },
    }),
  'is exclusive, with a cascade': () => replacedPoolModule({ exclusive: true, replace: 'cascade' }),
  'has a timer': () => {
    const timers = new Map<Pool, NodeJS.Timeout>()
    return poolModule({
      ...goodHooks,
      start(context) {
        const pool = goodHooks.start(context)
        timers.set(
          pool,
          setInterval(() => {}, 1_000),
        )
        return pool
      },
      stop: ({ resource }) => clearInterval(timers.get(resource)),
    })
  },
  'waits, and listens to its signal': () =>
    poolModule({
      ...goodHooks,
      async start(context) {
        await sleep(5, undefined, { signal: context.signal })
        return goodHooks.start(context)
      },
      async reload(context) {
        await sleep(5, undefined, { signal: context.signal })
        goodHooks.reload(context)
      },
    }),
  'has health checks': () =>
    poolModule({
      ...goodHooks,
      health: [
        { name: 'size', run: ({ resource, config: { max } }) => resource.max === max },
        {
          name: 'latency',
          shared: true,
          run: async ({ signal }) => {
            await sleep(1, undefined, { signal })
            return healthy('1 ms')
          },
        },
      ],
    }),
  prepares: () =>
    poolModule<{ max: number; [Symbol.dispose]: () => void }>({
      start: ({ config: next, prepared }) => ({ ...next, max: prepared?.max ?? next.max, stopped: false }),
      check: ({ next }) => ({ max: next.max, [Symbol.dispose]() {} }),
      reload: ({ next, prepared, resource }) => {
        Object.assign(resource, { max: prepared?.max ?? next.max, idle: next.idle })
      },
    }),
  'is not always enabled': () => replacedPoolModule({ enabled: ({ max }) => max === 1 }),
}

test.each(Object.keys(good))('nothing is found of a module that %s', async (name) => {
  const make = good[name]
  if (make !== undefined) expect(await verifyPool(make(), { grace: 1_000, blocked: 1_000 })).toEqual([])
})

test('nothing is found of a module with a resource for each key', async () => {
  const module = defineModule({
    name: 'named',
    config: config.section('named'),
    each: true,
    start: ({ config: { max } }) => ({ max }),
    reload({ next, resource }) {
      resource.max = next.max
    },
    stop() {},
  })
  const observe = (resources: ReadonlyMap<string, { max: number }>) => Object.fromEntries(resources)
  expect(await verifyModule(module, { config, trees, observe })).toEqual([])
})

test('nothing is found of a module without a section that has a server, and of one that uses it', async () => {
  const server = defineModule({
    name: 'server',
    async start() {
      const made = createServer().listen(0, '127.0.0.1')
      await once(made, 'listening')
      return made
    },
    async stop({ resource }) {
      resource.close()
      await once(resource, 'close')
    },
  })
  const user = defineModule({
    name: 'user',
    dependsOn: [server],
    start: ({ use }) => use(server, (made) => made.listening),
  })
  expect(await verifyModule(server)).toEqual([])
  expect(await verifyModule(user)).toEqual([])
})
