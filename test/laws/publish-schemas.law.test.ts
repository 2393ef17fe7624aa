import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { type JsonObject, systemClock } from 'trimtab'
import { createConfigStore } from '../../packages/trimtab/src/store/create-config-store.ts'
import { createMemoryStorage } from '../../packages/trimtab/src/store/memory/memory-storage.ts'
import type { StoreStorage } from '../../packages/trimtab/src/store/storage.ts'

const app = 'checkout'
const environment = 'checkout/production'
const versions = ['1.0.0', '2.0.0', '3.0.0']

/** Each publish sets a leaf of its own: what a document was refused for before stops nobody. */
const leaves = Array.from({ length: 40 }, (_, index) => `leaf${index}`)

function schemaUpTo(maximum: number): JsonObject {
  const properties = Object.fromEntries(leaves.map((leaf) => [leaf, { type: 'integer', maximum }]))
  return { type: 'object', properties, additionalProperties: false }
}

type Meanwhile = { readonly version: string } & ({ readonly maximum: number } | { readonly liveFor: number })

const meanwhile: fc.Arbitrary<Meanwhile> = fc.oneof(
  fc.record({ version: fc.constantFrom(...versions), maximum: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ version: fc.constantFrom(...versions), liveFor: fc.constant(60_000) }),
)
/** What others do before each time that the storage is asked, and what is published. */
const steps = fc.array(
  fc.record({
    value: fc.integer({ min: 0, max: 9 }),
    publisher: fc.nat({ max: 1 }),
    between: fc.array(fc.array(meanwhile, { maxLength: 2 }), { maxLength: 4 }),
  }),
  { minLength: 5, maxLength: leaves.length },
)

it('stores nothing that a schema which had a say at that moment would refuse, whoever registers what while it is checked', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const storage = createMemoryStorage(systemClock)
      let between: readonly (readonly Meanwhile[])[] = []
      let value = 0
      const disturb = async () => {
        const [now = [], ...later] = between
        between = later
        for (const one of now) {
          if ('maximum' in one) await storage.putSchema(app, one.version, schemaUpTo(one.maximum))
          else await storage.markLive(app, one.version, one.liveFor)
        }
      }
      const disturbed: StoreStorage = {
        ...storage,
        async prepare(...given) {
          await disturb()
          return storage.prepare(...given)
        },
        async append(...given) {
          await disturb()
          const inForce = (await storage.schemas(app)).filter(({ live }, index) => index === 0 || live)
          const appended = await storage.append(...given)
          if (appended.kind === 'appended') {
            for (const { schema } of inForce) expect(schema).toEqual(schemaUpTo(Math.max(value, maximumOf(schema))))
          }
          return appended
        },
      }
      const stores = [0, 1].map(() => createConfigStore({ storage: disturbed, clock: systemClock }))
      try {
        for (const [index, step] of all.entries()) {
          const store = stores[step.publisher]
          const { cursor: expected } = (await store?.readEnvironment(environment)) ?? {}
          if (store === undefined || expected === undefined) throw new Error('there is no such publisher')
          between = step.between
          value = step.value
          const edit = { scope: environment, path: leaves[index] ?? '', value }
          const result = await store.publish([edit], { author: 'dana', message: 'why', expected })
          expect(['published', 'refused']).toContain(result.kind)
          between = []
          // What is refused is refused by what has a say now.
          const now = (await storage.schemas(app)).filter(({ live }, at) => at === 0 || live)
          if (result.kind === 'refused') expect(now.some(({ schema }) => maximumOf(schema) < value)).toBe(true)
        }
      } finally {
        for (const store of stores) await store.close()
      }
    }),
    { numRuns: 12 },
  )
}, 60_000)

function maximumOf(schema: JsonObject): number {
  const maximum = /"maximum":(\d+)/.exec(JSON.stringify(schema))?.[1]
  return Number(maximum)
}
