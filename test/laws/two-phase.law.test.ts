import * as fc from 'fast-check'
import { defineConfig, dynamic, type Module, type Plane } from 'trimtab'
import {
  type Behaviour,
  createManualClock,
  createRecording,
  type RecordedHook,
  type RecordedResource,
  type Recording,
  scriptedSource,
} from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { settle } from '../support/settle.ts'
import { startPlane } from '../support/start-plane.ts'

const names = ['alpha', 'beta', 'delta', 'gamma', 'omega', 'theta'] as const
type Name = (typeof names)[number]

const field = dynamic(z.object({ value: z.number() }))
const config = defineConfig(
  z.object({ alpha: field, beta: field, delta: field, gamma: field, omega: field, theta: field }),
)

interface ModuleCase {
  readonly name: Name
  readonly dependsOn: readonly Name[]
  readonly reloads: boolean
  readonly returnsUndo: boolean
  readonly holds: boolean
  readonly exclusive: boolean
  readonly cascade: boolean
  readonly changed: boolean
  readonly failures: readonly { readonly hook: RecordedHook; readonly behaviour: Behaviour }[]
}

const behaviour: fc.Arbitrary<Behaviour> = fc.constantFrom<Behaviour>(
  { kind: 'throw', error: new Error('thrown') },
  { kind: 'throw', error: null },
  { kind: 'reject', error: new Error('rejected') },
  { kind: 'reject', error: undefined },
  { kind: 'hang' },
)

const failure = fc.record({
  hook: fc.constantFrom<RecordedHook>('check', 'start', 'reload', 'undo', 'stop'),
  behaviour,
})

const graph: fc.Arbitrary<readonly ModuleCase[]> = fc.shuffledSubarray([...names], { minLength: 1 }).chain((chosen) =>
  fc.tuple(
    ...chosen.map((name, index) =>
      fc.record({
        name: fc.constant(name),
        dependsOn: fc.subarray(chosen.slice(0, index)),
        reloads: fc.boolean(),
        returnsUndo: fc.boolean(),
        holds: fc.boolean(),
        exclusive: fc.boolean(),
        cascade: fc.boolean(),
        changed: fc.boolean(),
        failures: fc.oneof(
          { weight: 3, arbitrary: fc.constant([]) },
          { weight: 2, arbitrary: fc.array(failure, { maxLength: 3 }) },
        ),
      }),
    ),
  ),
)

const before = Object.fromEntries(names.map((name) => [name, { value: 1 }]))

function treeAfter(cases: readonly ModuleCase[]): Record<string, { value: number }> {
  const changed = cases.filter((each) => each.changed).map((each) => each.name)
  return Object.fromEntries(names.map((name) => [name, { value: changed.includes(name) ? 2 : 1 }]))
}

function build(recording: Recording, cases: readonly ModuleCase[]): Map<Name, Module<RecordedResource>> {
  const modules = new Map<Name, Module<RecordedResource>>()
  for (const each of cases) {
    const { name, reloads, returnsUndo, holds, exclusive } = each
    modules.set(
      name,
      recording.module({
        name,
        config: config.section(name),
        dependsOn: each.dependsOn.flatMap((dependency) => modules.get(dependency) ?? []),
        reloads,
        returnsUndo,
        holds,
        exclusive,
        ...(exclusive && each.cascade ? { replace: 'cascade' as const } : {}),
        startTimeout: 10,
        checkTimeout: 10,
        reloadTimeout: 10,
        stopTimeout: 10,
        drainTimeout: 10,
      }),
    )
  }
  return modules
}

/** Every module's resource, as a reader gets it; undefined where it does not run. */
async function resources(plane: Pick<Plane<never>, 'use'>, modules: ReadonlyMap<Name, Module<RecordedResource>>) {
  const found = new Map<Name, RecordedResource | undefined>()
  for (const [name, module] of modules) {
    found.set(name, await plane.use(module, (resource) => resource).catch(() => undefined))
  }
  return found
}

test('for any graph and any failures a reload ends all-new, all-old, or stuck with the culprit named', async () => {
  await fc.assert(
    fc.asyncProperty(graph, async (cases) => {
      const clock = createManualClock()
      const recording = createRecording()
      const modules = build(recording, cases)
      const source = scriptedSource({ tree: before })
      const options = { config, sources: [source], modules: [...modules.values()], clock, logger: false } as const
      const plane = await settle(clock, startPlane(options))
      recording.clear()
      for (const { name, failures } of cases) {
        for (const each of failures) recording.script(name, each.hook, each.behaviour)
      }

      // Somebody uses every resource all the time: none of them may ever be seen stopped.
      const seenStopped: string[] = []
      let over = false
      const users = [...modules].map(async ([name, module]) => {
        while (!over) {
          await plane
            .use(module, async (resource) => {
              if (resource.state !== 'running') seenStopped.push(name)
              await new Promise(setImmediate)
              if (resource.state !== 'running' && !cases.some((each) => each.name === name && each.exclusive))
                seenStopped.push(name)
            })
            .catch(() => {})
          await new Promise(setImmediate)
        }
      })

      const generation = plane.snapshot.generation
      source.set(treeAfter(cases))
      const outcome = await settle(clock, plane.reload())
      over = true
      await settle(clock, Promise.all(users))
      const running = await settle(clock, resources(plane, modules))
      const calls = [...recording.calls]

      expect(seenStopped).toEqual([])
      const stuck = outcome.status === 'stuck' ? outcome.stuck.map(({ module }) => String(module)) : []
      const committed = outcome.status === 'full_success'
      expect(['full_success', 'validation_failed', 'rolled_back', 'stuck', 'unchanged']).toContain(outcome.status)
      expect(plane.snapshot.generation).toBe(committed ? generation + 1 : generation)
      expect(outcome.status === 'stuck').toBe(stuck.length > 0)
      for (const { name } of cases) {
        const section = plane.config[name]
        if (!committed) expect(section.value).toBe(1)
        if (stuck.includes(name)) continue
        expect(running.get(name)?.state, `${name} runs`).toBe('running')
        expect(running.get(name)?.section, `${name} runs on what readers hold`).toEqual(section)
      }
      if (outcome.status === 'validation_failed') {
        expect(calls.filter(({ hook }) => hook !== 'check')).toEqual([])
        for (const { module } of outcome.problems) expect(cases.map((each) => each.name)).toContain(module)
      }
      checkOrder(cases, calls, outcome.status)

      for (const { name } of cases) for (const hook of hooks) recording.script(name, hook, { kind: 'ok' })
      await settle(clock, plane.close())
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 1_000 },
  )
}, 300_000)

const hooks: readonly RecordedHook[] = ['check', 'start', 'reload', 'undo', 'stop']

/** Applied in dependency order with names as tie-break, undone in exact reverse. */
function checkOrder(cases: readonly ModuleCase[], calls: Recording['calls'], status: string): void {
  const order = expectedOrder(cases)
  const applied: string[] = []
  const undone: string[] = []
  for (const { hook, module, next } of calls) {
    const isForward = (hook === 'start' || hook === 'reload') && valueOf(next) === 2
    const isBack = (hook === 'reload' || hook === 'undo') && valueOf(next) === 1
    if (isForward && applied.at(-1) !== module) applied.push(module)
    if (isBack) undone.push(module)
  }
  const ranks = applied.map((name) => order.indexOf(name))
  if (status !== 'stuck') expect(ranks).toEqual([...ranks].sort((a, b) => a - b))
  const back = undone.map((name) => applied.indexOf(name)).filter((rank) => rank >= 0)
  expect(back).toEqual([...back].sort((a, b) => b - a))
}

function valueOf(section: unknown): number | undefined {
  return (section as { value?: number } | undefined)?.value
}

function expectedOrder(cases: readonly ModuleCase[]): readonly string[] {
  const order: string[] = []
  const left = [...cases].sort((a, b) => (a.name < b.name ? -1 : 1))
  while (left.length > 0) {
    const index = left.findIndex((each) => each.dependsOn.every((name) => order.includes(name)))
    order.push(...left.splice(index, 1).map((each) => each.name))
  }
  return order
}
