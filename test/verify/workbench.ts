import { type ConfigOf, defineConfig, defineModule, dynamic, type Module, type ModuleDefinition } from 'trimtab'
import { type VerifyFinding, verifyModule, type VerifyModuleOptions } from 'trimtab/testing'
import { z } from 'zod'

/** The schema that the modules under test have their section in. */
export const config = defineConfig(
  z.object({
    pool: dynamic(
      z.object({
        max: z.number(),
        idle: z.number(),
        tags: z.array(z.string()),
        limits: z.object({ rate: z.number() }),
      }),
    ),
    named: dynamic(z.record(z.string(), z.object({ max: z.number() }))),
  }),
)

type PoolConfig = ConfigOf<typeof config>['pool']

export const trees = [
  { pool: { max: 1, idle: 10, tags: ['a'], limits: { rate: 5 } }, named: { a: { max: 1 }, b: { max: 1 } } },
  { pool: { max: 2, idle: 20, tags: ['a', 'b'], limits: { rate: 6 } }, named: { a: { max: 2 }, c: { max: 1 } } },
]

/** What a module under test runs. */
export interface Pool {
  max: number
  idle: number
  stopped: boolean
}

type Definition<Prepared> = ModuleDefinition<PoolConfig, false, Pool, Prepared>

/** Does everything right. */
export const goodHooks = {
  start: ({ config: { max, idle } }): Pool => ({ max, idle, stopped: false }),
  check({ next }) {
    if (next.max < 1) throw new Error('pool.max: expected at least 1')
  },
  reload({ next, resource }) {
    resource.max = next.max
    resource.idle = next.idle
  },
  stop({ resource }) {
    resource.stopped = true
  },
} satisfies Partial<Definition<undefined>>

/** A module that does everything right but for what is given. */
export function poolModule<Prepared = undefined>(hooks: Partial<Definition<Prepared>>): Module<Pool> {
  const { start, reload, stop } = goodHooks
  return defineModule({ start, reload, stop, ...hooks, config: config.section('pool'), name: 'pool' })
}

/** The same, without `reload`: each change brings another resource. */
export function replacedPoolModule(hooks: Partial<Definition<undefined>>): Module<Pool> {
  const { start, stop } = goodHooks
  return defineModule({ start, stop, ...hooks, config: config.section('pool'), name: 'pool' })
}

const limits = { deadline: 2_000, grace: 40, blocked: 60, budget: 10_000 }

/** Verifies in short times. */
export function verifyPool(
  module: Module<Pool>,
  options: VerifyModuleOptions<Pool> = {},
): Promise<readonly VerifyFinding[]> {
  const observe = ({ max, idle }: Pool) => ({ max, idle })
  return verifyModule(module, { config, trees, observe, ...limits, ...options })
}

export function named(findings: readonly VerifyFinding[]): string[] {
  return findings.map(({ rule, hook }) => `${rule} ${hook}`)
}

const left: (() => void)[] = []

/** What a bad module leaves, so that it can be ended after the test. */
export function leaving<T>(made: T, end: (made: T) => void): T {
  left.push(() => end(made))
  return made
}

export function endWhatIsLeft(): void {
  for (const end of left.splice(0)) end()
}
