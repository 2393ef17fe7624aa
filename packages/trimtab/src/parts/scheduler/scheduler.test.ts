import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { deferred, type Deferred } from '../../primitives/concurrency/deferred.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { createRecording } from '../../testing/recording-module.ts'
import { createTestPlane } from '../../testing/test-plane.ts'
import type { PartHealth } from '../part-health.ts'
import { type ScheduledJobConfig, scheduledJobSchema, schedulerModule } from './scheduler.ts'

const minute = 60_000
const hour = 60 * minute

const config = defineConfig(
  z.object({
    jobs: dynamic(z.record(z.string(), scheduledJobSchema.extend({ keep: z.number().default(1) })).default({})),
    later: dynamic(z.number().default(0)),
  }),
)

interface Run {
  readonly job: string
  readonly due: string
  readonly keep: number
  readonly signal: AbortSignal
  readonly end: Deferred<void>
}

/** A plane whose jobs `slow` and `quick` note their runs; a slow one ends when the test says so. */
async function openPlane(
  jobs: JsonObject,
  { start = Date.UTC(2026, 0, 1), health = false }: { start?: number; health?: PartHealth } = {},
) {
  const clock = createManualClock({ start })
  const runs: Run[] = []
  const lines: string[] = []
  let failing: Error | undefined
  const note = (job: string) => {
    return ({ signal, config: { keep }, due }: { signal: AbortSignal; config: { keep: number }; due: Date }) => {
      const run = { job, due: due.toISOString().slice(5, 16), keep, signal, end: deferred<void>() }
      runs.push(run)
      if (failing !== undefined) throw failing
      return job === 'slow' ? run.end.promise : undefined
    }
  }
  const scheduler = schedulerModule({
    config: config.section('jobs'),
    jobs: { slow: note('slow'), quick: note('quick') },
    clock,
    drainTimeout: 10_000,
    health,
  })
  const recording = createRecording()
  const later = recording.module({ name: 'later', config: config.section('later'), dependsOn: [scheduler] })
  const write = (line: string) => void lines.push(line)
  const plane = await createTestPlane(config, {
    tree: { jobs },
    modules: [scheduler, later],
    clock,
    logger: { debug: write, info: write, warn: write, error: write },
  })
  onTestFinished(async () => {
    for (const { end } of runs) end.resolve()
    await plane.close()
    expect(clock.pending).toBe(0)
  })
  const job = (key: string) => plane.use(scheduler.at(key), (resource) => resource)
  const dues = () => runs.map((run) => run.due)
  const fail = (error: Error | undefined) => {
    failing = error
  }
  return { clock, plane, scheduler, recording, runs, dues, job, lines, fail }
}

describe('a scheduler', () => {
  it('runs a job at its times, in its time zone', async () => {
    const { clock, dues, job } = await openPlane({ quick: { cron: '30 3 * * *', timezone: 'Europe/Zurich' } })
    expect(new Date((await job('quick')).next ?? 0).toISOString()).toBe('2026-01-01T02:30:00.000Z')
    await clock.advance(49 * hour)
    expect(dues()).toEqual(['01-01T02:30', '01-02T02:30'])
  })

  it('goes with the clocks of its zone, back and forth', async () => {
    const { clock, dues } = await openPlane(
      { quick: { cron: '30 2 * * *', timezone: 'Europe/Zurich' } },
      { start: Date.UTC(2026, 2, 28) },
    )
    await clock.advance(72 * hour)
    // At 2 o'clock on the 29th it is 3 at once: it runs when the gap is over.
    expect(dues()).toEqual(['03-28T01:30', '03-29T01:00', '03-30T00:30'])
  })

  it('takes a change in place, without touching the run that is going on', async () => {
    const { clock, plane, runs, job } = await openPlane({ slow: { cron: '0 * * * *', keep: 7 } })
    const before = await job('slow')
    await clock.advance(hour)
    expect(runs).toHaveLength(1)
    const outcome = await plane.set({ jobs: { slow: { cron: '*/10 * * * *', keep: 8 } } })
    expect(outcome.modules).toContainEqual(expect.objectContaining({ module: 'scheduler["slow"]', action: 'reloaded' }))
    expect(await job('slow')).toBe(before)
    expect(before.isRunning).toBe(true)
    expect(runs[0]?.signal.aborted).toBe(false)
    runs[0]?.end.resolve()
    await clock.advance(10 * minute)
    expect(runs.map(({ due, keep }) => [due, keep])).toEqual([
      ['01-01T01:00', 7],
      ['01-01T01:10', 8],
    ])
  })

  it('goes back to its times when a later module fails', async () => {
    const { clock, plane, recording, job } = await openPlane({ quick: { cron: '0 5 * * *' } })
    recording.script('later', 'start', { kind: 'throw', error: new Error('no') })
    const next = (await job('quick')).next
    expect((await plane.set({ jobs: { quick: { cron: '* * * * *' } }, later: 1 })).status).toBe('rolled_back')
    expect((await job('quick')).next).toBe(next)
    expect(clock.pending).toBeGreaterThan(0)
  })

  it.each([
    [{ quick: { cron: 'every day' } }, 'quick.cron', /expected a cron expression like 0 3 \* \* \*: /],
    [{ quick: { cron: '61 * * * *' } }, 'quick.cron', /expected a cron expression/],
    [
      { quick: { cron: '0 * * * *', timezone: 'Zürich' } },
      'quick.timezone',
      /expected the name of a time zone .* "Zürich"/,
    ],
    [{ absent: { cron: '0 * * * *' } }, 'absent', /expected a job that the service has: slow, quick/],
    [{ toString: { cron: '0 * * * *' } }, 'toString', /expected a job that the service has/],
  ])('refuses %j', async (jobs, path, message) => {
    const { plane, job } = await openPlane({ quick: { cron: '0 0 1 1 *' } })
    const outcome = await plane.set({ jobs: { quick: { cron: '0 0 1 1 *' }, ...jobs } })
    expect(outcome).toMatchObject({
      status: 'validation_failed',
      problems: [{ path: `jobs.${path}`, message: expect.stringMatching(message) }],
    })
    expect((await job('quick')).next).toBe(Date.UTC(2027, 0, 1))
  })

  it('begins nothing while it is not enabled, and goes on where it is again', async () => {
    const { clock, plane, dues, job } = await openPlane({ quick: { cron: '* * * * *', enabled: false } })
    await clock.advance(5 * minute)
    expect(dues()).toEqual([])
    expect((await job('quick')).next).toBeUndefined()
    await plane.set({ jobs: { quick: { cron: '* * * * *' } } })
    await clock.advance(minute)
    expect(dues()).toEqual(['01-01T00:06'])
    await plane.set({ jobs: { quick: { cron: '* * * * *', enabled: false } } })
    await clock.advance(5 * minute)
    expect(dues()).toHaveLength(1)
    await (await job('quick')).run()
    expect(dues()).toHaveLength(2)
  })

  it('leaves out the times that come while it runs, or makes up for them once', async () => {
    const { clock, plane, runs, dues, job } = await openPlane({ slow: { cron: '* * * * *' } })
    await clock.advance(4 * minute)
    expect(dues()).toEqual(['01-01T00:01'])
    expect((await job('slow')).skipped).toBe(3)
    await plane.set({ jobs: { slow: { cron: '* * * * *', overlap: 'queue' } } })
    await clock.advance(3 * minute)
    expect(dues()).toHaveLength(1)
    runs[0]?.end.resolve()
    await clock.advance(0)
    expect(dues()).toEqual(['01-01T00:01', '01-01T00:05'])
    runs[1]?.end.resolve()
    await clock.advance(0)
    expect(dues()).toHaveLength(2)
  })

  it('tells a run that takes too long to end, and says so', async () => {
    const { clock, plane, runs, job, lines } = await openPlane(
      { slow: { cron: '0 * * * *', timeout: '30s' } },
      { health: {} },
    )
    await clock.advance(hour + 30_000)
    expect(runs[0]?.signal.reason).toMatchObject({ name: 'TimeoutError' })
    const health = async () =>
      (await plane.health.check({ fresh: true })).reports.find(({ check }) => check.startsWith('scheduler'))
    expect(await health()).toMatchObject({ observed: 'degraded', message: 'a run goes on although its time is over' })
    runs[0]?.end.resolve()
    await clock.advance(0)
    expect(await job('slow')).toMatchObject({ isRunning: false, failures: 1, lastRun: { succeeded: false } })
    expect(lines.join('\n')).toContain('The job slow failed, 1 times in a row: The job took longer than 30000 ms')
    expect(await health()).toMatchObject({ observed: 'healthy' })
  })

  it('counts the failures in a row, tells of them, and goes on', async () => {
    const { clock, plane, job, fail, lines } = await openPlane({ quick: { cron: '* * * * *' } }, { health: {} })
    const emitted: unknown[] = []
    plane.events.on((event) => {
      if (event.type === 'dev.trimtab.module.emitted') emitted.push(event.data)
    })
    const health = async () =>
      (await plane.health.check({ fresh: true })).reports.find(({ check }) => check.startsWith('scheduler'))
    fail(new Error('the disk is full'))
    await clock.advance(3 * minute)
    expect(await health()).toMatchObject({ observed: 'degraded', optional: true, message: 'the last 3 runs failed' })
    expect(emitted).toContainEqual(expect.objectContaining({ name: 'job_failed', data: { job: 'quick', failures: 3 } }))
    expect(lines.join('\n')).toContain('The job quick failed, 3 times in a row: the disk is full')
    await expect((await job('quick')).run()).rejects.toThrow('the disk is full')
    fail(undefined)
    await clock.advance(minute)
    expect(await job('quick')).toMatchObject({ failures: 0, lastRun: { succeeded: true } })
    expect(await health()).toMatchObject({ observed: 'healthy' })
  })

  it('lets the run of a removed job go on for its time, and then tells it to end', async () => {
    const { clock, plane, runs, job } = await openPlane({ slow: { cron: '0 * * * *' }, quick: { cron: '0 0 1 1 *' } })
    await clock.advance(hour)
    const slow = await job('slow')
    await plane.set({ jobs: { quick: { cron: '0 0 1 1 *' } } })
    await clock.advance(9_999)
    expect(runs[0]?.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(runs[0]?.signal.aborted).toBe(true)
    runs[0]?.end.resolve()
    await clock.advance(2 * hour)
    expect(runs).toHaveLength(1)
    await expect(slow.run()).rejects.toThrow('has been stopped')
  })

  it('is run by hand, once for all who ask', async () => {
    const { runs, job } = await openPlane({ slow: { cron: '0 0 1 1 *' } })
    const slow = await job('slow')
    const asked = [slow.run(), slow.run()]
    expect(runs).toHaveLength(1)
    expect(slow.isRunning).toBe(true)
    runs[0]?.end.resolve()
    await Promise.all(asked)
  })

  it('runs no time twice when the wall clock is set back a little, and once what it slept through', async () => {
    const { clock, plane, dues } = await openPlane({ quick: { cron: '0 * * * *' } })
    await clock.advance(hour)
    clock.jumpWall(-5_000)
    await plane.set({ jobs: { quick: { cron: '0 * * * *', keep: 2 } } })
    await clock.advance(30_000)
    expect(dues()).toEqual(['01-01T01:00'])
    clock.jumpWall(10 * hour)
    await clock.advance(minute)
    expect(dues()).toEqual(['01-01T01:00', '01-01T02:00'])
    await clock.advance(hour)
    expect(dues()).toHaveLength(3)
    clock.jumpWall(-5 * hour)
    await clock.advance(hour)
    expect(dues().slice(3)).toEqual(['01-01T08:00'])
  })

  it('gives back what its types promise', () => {
    expectTypeOf<z.output<typeof scheduledJobSchema>>().toExtend<ScheduledJobConfig>()
    schedulerModule({
      config: config.section('jobs'),
      jobs: { cleanup: ({ config: { keep } }) => expectTypeOf(keep).toEqualTypeOf<number>() },
    })
  })
})
