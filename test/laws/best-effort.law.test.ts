import * as fc from 'fast-check'
import { createPlane, defineConfig, defineModule, dynamic, type Module } from 'trimtab'
import { createManualClock, scriptedSource } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { settle } from '../support/settle.ts'

const names = ['alpha', 'beta', 'delta', 'gamma'] as const
type Name = (typeof names)[number]

const field = dynamic(z.object({ value: z.number() }))
const config = defineConfig(z.object({ alpha: field, beta: field, delta: field, gamma: field }))

interface ModuleCase {
  readonly name: Name
  readonly dependsOn: readonly Name[]
  readonly reloads: boolean
  readonly holds: boolean
}

interface Move {
  /** What each section says. */
  readonly values: readonly number[]
  /** Which modules fail to take anything. */
  readonly failing: readonly Name[]
  /** Milliseconds that pass afterwards: time for retries. */
  readonly wait: number
}

const graph: fc.Arbitrary<readonly ModuleCase[]> = fc.tuple(
  ...names.map((name, index) =>
    fc.record({
      name: fc.constant(name),
      dependsOn: fc.subarray(names.slice(0, index)),
      reloads: fc.boolean(),
      holds: fc.boolean(),
    }),
  ),
)
const move: fc.Arbitrary<Move> = fc.record({
  values: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: names.length, maxLength: names.length }),
  failing: fc.subarray([...names]),
  wait: fc.integer({ min: 0, max: 20_000 }),
})

interface Live {
  readonly name: Name
  value: number
  stopped: boolean
  /** What it was given by `hold`. */
  readonly held: readonly Live[]
}

const treeOf = (values: readonly number[]) =>
  Object.fromEntries(names.map((name, index) => [name, { value: values[index] ?? 1 }]))

test('each module runs on the new section or on the one it last took, and only what is outstanding is tried again', async () => {
  const reached = { partial: 0, holdsFailed: 0, recovered: 0 }
  await fc.assert(
    fc.asyncProperty(graph, fc.array(move, { minLength: 1, maxLength: 6 }), async (cases, moves) => {
      const clock = createManualClock()
      const source = scriptedSource({ tree: treeOf([1, 1, 1, 1]) })
      const failing = new Set<Name>()
      const called: Name[] = []
      const wrongPrevious: string[] = []
      const modules = new Map<Name, Module<Live>>()
      for (const { name, dependsOn, reloads, holds } of cases) {
        const needs = dependsOn.flatMap((dependency) => modules.get(dependency) ?? [])
        const fail = () => {
          called.push(name)
          if (failing.has(name)) throw new Error(`${name} fails`)
        }
        modules.set(
          name,
          defineModule({
            name,
            config: config.section(name),
            dependsOn: needs,
            start({ config: { value }, hold }): Live {
              fail()
              return { name, value, stopped: false, held: holds ? needs.map((each) => hold(each)) : [] }
            },
            ...(reloads
              ? {
                  reload({ next, previous, resource }: { next: Value; previous: Value; resource: Live }) {
                    // Called with the change reversed, after a failure: nothing had been changed.
                    if (next.value === resource.value) return undefined
                    if (previous.value !== resource.value) wrongPrevious.push(name)
                    fail()
                    resource.value = next.value
                    return () => {
                      resource.value = previous.value
                    }
                  },
                }
              : {}),
            stop({ resource }) {
              resource.stopped = true
            },
          }),
        )
      }
      const plane = await createPlane({
        config,
        sources: [source],
        modules: [...modules.values()],
        reload: { apply: 'bestEffort' },
        breaker: { spacing: 1 },
        clock,
        random: () => 0.5,
        logger: false,
      })
      const live = async () => {
        const found = new Map<Name, Live>()
        for (const [name, module] of modules) found.set(name, await plane.use(module, (resource) => resource))
        return found
      }

      for (const { values, failing: fails, wait } of moves) {
        const before = await live()
        const ranOn = new Map([...before].map(([name, { value }]) => [name, value]))
        await clock.advance(1)
        failing.clear()
        for (const name of fails) failing.add(name)
        called.length = 0
        source.set(treeOf(values))
        const outcome = await settle(clock, plane.reload())
        const after = await live()

        if (outcome.status === 'circuit_open') {
          expect(new Map([...after].map(([name, { value }]) => [name, value]))).toEqual(ranOn)
          await clock.advance(wait)
          continue
        }
        expect(['full_success', 'partial_applied', 'unchanged']).toContain(outcome.status)
        const outstanding = outcome.status === 'partial_applied' ? outcome.outstanding.map(String) : []
        if (outcome.status === 'partial_applied') {
          reached.partial += 1
          for (const [index, name] of names.entries()) {
            const expected = outstanding.includes(name) ? ranOn.get(name) : values[index]
            expect(after.get(name)?.value, name).toBe(expected)
          }
          for (const report of outcome.modules) {
            if (report.status !== 'skipped' || report.reason !== 'holds_failed') continue
            reached.holdsFailed += 1
            expect(outstanding).toContain(report.module)
          }
        }
        if (outcome.status === 'full_success')
          for (const [index, name] of names.entries()) expect(after.get(name)?.value).toBe(values[index])
        for (const resource of after.values()) {
          expect(resource.stopped).toBe(false)
          for (const held of resource.held) {
            expect(held.stopped).toBe(false)
            if (!outstanding.includes(resource.name)) expect(held).toBe(after.get(held.name))
          }
        }
        // Readers hold what is configured, whatever runs.
        expect(names.map((name) => plane.config[name].value)).toEqual(values)

        called.length = 0
        await clock.advance(wait)
        for (const name of called) expect(outstanding).toContain(name)
        const { state } = plane
        if (state.kind !== 'running') throw new Error(state.kind)
        if (outstanding.length === 0) expect(state.breaker.kind).toBe('closed')
      }

      failing.clear()
      await clock.advance(600_000)
      const end = await live()
      for (const name of names) expect(end.get(name)?.value).toBe(plane.config[name].value)
      for (const { held } of end.values()) for (const each of held) expect(each).toBe(end.get(each.name))
      expect(wrongPrevious).toEqual([])
      expect(plane.state).toMatchObject({ breaker: { kind: 'closed' }, stuck: [] })
      expect(clock.pending).toBe(0)
      reached.recovered += 1
      await plane.close()
      for (const resource of end.values()) expect(resource.stopped).toBe(true)
    }),
    { numRuns: 1_000 },
  )
  for (const [what, count] of Object.entries(reached)) expect(count, what).toBeGreaterThan(50)
}, 300_000)

interface Value {
  readonly value: number
}
