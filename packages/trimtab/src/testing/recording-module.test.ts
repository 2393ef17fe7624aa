import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { Module } from '../modules/define-module.ts'
import { defineConfig } from '../schema/define-config.ts'
import { dynamic } from '../schema/marks.ts'
import { createManualClock } from './manual-clock.ts'
import {
  createRecording,
  type RecordingModule,
  type RecordingModuleOptions,
  recordingModule,
} from './recording-module.ts'
import type { RecordingScript } from './recording-script.ts'
import { createTestPlane } from './test-plane.ts'

const config = defineConfig(z.object({ pool: dynamic(z.object({ max: z.number().default(1) })) }))
const section = config.section('pool')
type PoolOptions = Partial<RecordingModuleOptions<{ max: number }>>

const poolModule = (script: RecordingScript, options: PoolOptions = {}) =>
  recordingModule({ name: 'pool', config: section, script, ...options })

async function start(...modules: Module[]) {
  const clock = createManualClock()
  const plane = await createTestPlane(config, {
    modules,
    clock,
    random: () => 0.999,
    reload: { reloadTimeout: 100 },
  })
  onTestFinished(async () => {
    const closing = plane.close({ budget: 1 })
    await clock.advance(60_000)
    await closing
  })
  const set = async (max: number) => {
    const setting = plane.set({ pool: { max } })
    // Past the deadlines of a reload and its way back, and before what failed is tried again.
    await clock.advance(300)
    return setting
  }
  return { plane, set }
}

const hooksOf = ({ calls }: RecordingModule) => calls.map(({ hook }) => hook)

describe('a script', () => {
  it('fails a reload once, and its way back as the next step says', async () => {
    const pool = poolModule({ reload: ['throw'] })
    const { set } = await start(pool)
    expect(await set(2)).toMatchObject({ status: 'rolled_back', cause: { step: 'reload', timedOut: false } })
    expect(hooksOf(pool)).toEqual(['check', 'start', 'check', 'reload', 'reload'])
    expect(pool.calls.slice(-2).map(({ next, previous }) => [next, previous])).toEqual([
      [{ max: 2 }, { max: 1 }],
      [{ max: 1 }, { max: 2 }],
    ])
  })

  it('leaves a module stuck where the way back hangs', async () => {
    const pool = poolModule({ reload: ['throw', 'hang'] })
    const { set } = await start(pool)
    expect(await set(2)).toMatchObject({ status: 'stuck', stuck: [{ module: 'pool' }] })
  })

  it('of one step holds for every call, and of a list is over with it', async () => {
    const always = poolModule({ check: 'reject' })
    await expect(start(always)).rejects.toMatchObject({ code: 'config_invalid' })
    const once = poolModule({ check: ['ok', 'reject'] })
    const { set } = await start(once)
    expect(await set(2)).toMatchObject({
      status: 'validation_failed',
      problems: [{ message: expect.stringContaining('pool was told to reject in check') }],
    })
    expect(await set(3)).toMatchObject({ status: 'full_success' })
  })

  it('of an undo gives the module one', async () => {
    const pool = poolModule({ undo: 'ok' })
    const last = recordingModule({ name: 'last', config: section, dependsOn: [pool], script: { reload: ['reject'] } })
    const { set } = await start(pool, last)
    expect(await set(2)).toMatchObject({ status: 'rolled_back' })
    expect(hooksOf(pool)).toEqual(['check', 'start', 'check', 'reload', 'undo'])
    expect(pool.resources).toMatchObject([{ section: { max: 1 }, state: 'running' }])
  })

  it('can be changed on the way, with an error of the test', async () => {
    const pool = poolModule({}, { reloads: true })
    const { set } = await start(pool)
    pool.script('reload', [{ kind: 'throw', error: new Error('no room') }])
    expect(await set(2)).toMatchObject({ cause: { error: expect.stringContaining('no room') } })
    pool.clear()
    expect(await set(2)).toMatchObject({ status: 'full_success' })
    expect(hooksOf(pool)).toEqual(['check', 'reload'])
  })

  it('tells what is thrown from what is rejected', () => {
    const { script, module } = createRecording()
    const { definition } = module({ name: 'pool' })
    // Nothing of the context is looked at.
    const stop = () => definition.stop?.({ resource: { section: 1 }, key: undefined } as never)
    script('pool', 'stop', ['throw', 'reject'])
    expect(stop).toThrow('pool was told to throw in stop')
    return expect(stop()).rejects.toThrow('pool was told to reject in stop')
  })
})

it('a recording module can be used, held and depended on like any other', async () => {
  const pool = poolModule({})
  const user = recordingModule({ name: 'user', dependsOn: [pool], holds: true })
  const { plane } = await start(pool, user)
  expect(await plane.use(pool, (resource) => resource.number)).toBe(1)
  expect(hooksOf(user)).toEqual(['check', 'start'])
})
