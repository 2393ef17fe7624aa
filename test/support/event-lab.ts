import { createPlane, defineConfig, dynamic, type PlaneOptions, secret, type TrimtabEvent } from 'trimtab'
import { functionSink } from 'trimtab/sinks'
import { createManualClock, createRecording, scriptedSource } from 'trimtab/testing'
import { expect, onTestFinished } from 'vitest'
import { z } from 'zod'
import { expectValid } from './check-event.ts'
import { settle } from './settle.ts'

const config = defineConfig(
  z.object({
    a: dynamic(z.object({ value: z.number().default(0), password: secret(z.string().default('nobody')) })),
    b: dynamic(z.object({ value: z.number().default(0) })),
    port: z.number().default(1),
  }),
)

type Verdict = 'stable' | 'unhealthy'

/** A plane of two modules whose every event is kept, from the boot on; when the test ends each is validated. */
export async function boot({ judged = false, ...options }: Partial<PlaneOptions> & { readonly judged?: boolean } = {}) {
  const clock = createManualClock()
  const recording = createRecording()
  const a = recording.module({ name: 'a', config: config.section('a'), reloads: true })
  const b = recording.module({ name: 'b', config: config.section('b'), dependsOn: [a] })
  const source = scriptedSource({ tree: {} })
  const heard: TrimtabEvent[] = []
  let decide: (verdict: Verdict) => void = () => {}
  const judge = () =>
    new Promise<{ kind: 'stable' } | { kind: 'unhealthy'; reasons: string[] }>((resolve) => {
      decide = (verdict) =>
        resolve(verdict === 'stable' ? { kind: 'stable' } : { kind: verdict, reasons: ['it is worse'] })
    })
  const plane = await createPlane({
    sources: [source],
    modules: [a, b],
    instance: 'web-1',
    clock,
    random: () => 0.5,
    logger: false,
    events: { sinks: [functionSink((event) => heard.push(event), { name: 'test' })] },
    ...(judged ? { bake: { judge: { judge } } } : {}),
    ...options,
    config,
  })
  onTestFinished(async () => {
    await settle(clock, plane.close())
    for (const event of heard) expectValid(event)
    const sequence = heard.map((event) => Number(event.sequence))
    expect(sequence, 'in order, and none is missing').toEqual(sequence.map((_, index) => index + 1))
    expect(new Set(heard.map(({ id }) => id)).size).toBe(heard.length)
    expect(clock.pending).toBe(0)
  })
  await clock.advance(0)
  const booted = heard.filter(isNotOfHealth)
  const forget = () => void heard.splice(0)
  /** Reloads with this content, and gives what was told of it. */
  const change = async (tree: Parameters<typeof source.set>[0], verdict?: Verdict) => {
    const from = heard.length
    source.set(tree)
    const reload = plane.reload()
    await clock.advance(0)
    if (verdict !== undefined) decide(verdict)
    const outcome = await settle(clock, reload)
    await clock.advance(0)
    return { outcome, told: heard.slice(from).filter(isNotOfHealth) }
  }
  return {
    clock,
    recording,
    source,
    plane,
    heard,
    booted,
    forget,
    change,
    decide: (verdict: Verdict) => decide(verdict),
  }
}

/** What health says comes in its own time. */
export const isNotOfHealth = ({ type }: TrimtabEvent) => !/^dev\.trimtab\.(check|health)\./.test(type)

/** The types, without what all have in common. */
export const typesOf = (told: readonly TrimtabEvent[]) => told.map(({ type }) => type.replace('dev.trimtab.', ''))

interface Found<Type extends TrimtabEvent['type']> {
  readonly all: readonly Extract<TrimtabEvent, { type: Type }>[]
  readonly first: Extract<TrimtabEvent, { type: Type }> | undefined
  readonly last: Extract<TrimtabEvent, { type: Type }> | undefined
}

/** The events of one type. */
export function find<Type extends TrimtabEvent['type']>(told: readonly TrimtabEvent[], type: Type): Found<Type> {
  const found = told.filter((event): event is Extract<TrimtabEvent, { type: Type }> => event.type === type)
  return { all: found, first: found[0], last: found.at(-1) }
}
