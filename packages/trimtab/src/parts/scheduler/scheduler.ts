import { z } from 'zod'
import { degraded, healthy } from '../../health/check.ts'
import {
  type CheckContext,
  defineModule,
  type EachModule,
  type HealthContext,
  type HookContext,
  type Module,
  type ModuleTimeouts,
} from '../../modules/define-module.ts'
import { type Clock, systemClock } from '../../primitives/time/clock.ts'
import { dynamic } from '../../schema/marks.ts'
import type { Section } from '../../schema/section.ts'
import { duration } from '../../schema/units.ts'
import { type PartHealth, partHealth } from '../part-health.ts'
import { refusal } from '../refusal.ts'
import { type CronSchedule, readCron } from './cron-schedule.ts'
import { OpenJob, type ScheduledJob } from './scheduled-job.ts'

/**
 * The configuration of a job, as the value of a record of jobs in a schema of your own. All of it changes while the service
 * runs. Extend it by what your jobs need themselves.
 *
 * @example
 * const config = defineConfig(z.object({ jobs: z.record(z.string(), scheduledJobSchema).default({}) }))
 */
export const scheduledJobSchema = dynamic(
  z.object({
    cron: z.string().describe('When it runs: minute, hour, day of the month, month, day of the week'),
    timezone: z.string().default('UTC').describe('Where these times hold: Europe/Zurich'),
    enabled: z.boolean().default(true).describe('Whether it is run at its times'),
    overlap: z
      .enum(['skip', 'queue'])
      .default('skip')
      .describe('What becomes of a time that comes while it still runs: left out, or made up for afterwards'),
    timeout: duration({ min: '1ms', max: '20d' }).optional().describe('How long a run may take. Default: no limit'),
  }),
)

/** When a job runs, and how long. Times are milliseconds. */
export interface ScheduledJobConfig {
  readonly cron: string
  readonly timezone: string
  readonly enabled: boolean
  readonly overlap: 'skip' | 'queue'
  readonly timeout?: number | undefined
}

/** What a job's function is given. */
export interface JobContext<Config> extends Pick<HookContext, 'use' | 'log' | 'emit' | 'tenants' | 'guard'> {
  /** Aborts when the run has taken its `timeout`, and when the job is stopped and has had its time to end. */
  readonly signal: AbortSignal
  /** The job's section at the beginning of the run. */
  readonly config: Config
  /** The time this run is for, which it can be later than. */
  readonly due: Date
}

/** What a job does. Throwing counts as a failed run. */
export type JobHandler<Config> = (context: JobContext<Config>) => unknown

/** The section of a record of jobs, and what each of them does. */
export interface SchedulerOptions<Config extends ScheduledJobConfig> extends ModuleTimeouts {
  /** Default: `scheduler`. */
  readonly name?: string | undefined
  readonly config: Section<Readonly<Record<string, Config>>>
  /** What each job does, by its name. One without a section is not run. */
  readonly jobs: Readonly<Record<string, JobHandler<NoInfer<Config>>>>
  /** The modules that the jobs use. */
  readonly dependsOn?: readonly Module[] | undefined
  /**
   * Milliseconds that a running job may go on when it is removed or the service stops, before its signal aborts: 20 s, of
   * the 30 s of `stopTimeout`.
   */
  readonly drainTimeout?: number | undefined
  /** Failed runs in a row after which a job is reported as degraded: 3. */
  readonly degradedAfter?: number | undefined
  /** Default: `{ optional: true }`. */
  readonly health?: PartHealth | undefined
  readonly clock?: Clock | undefined
}

/**
 * Jobs that run at their times. A change of a job applies in place and never touches a run that is going on; a job added
 * is planned, one removed ends after its run. Expressions, time zones and names that can't be are refused. One run of a
 * job at a time; a time that passed while the machine slept is made up for once. A removed job can still begin a run until
 * the change has proved itself: `enabled: false` holds at once. Needs the package `croner`.
 *
 * @example
 * const scheduler = schedulerModule({
 *   config: config.section('jobs'),
 *   jobs: {
 *     cleanup: async ({ signal, log }) => {
 *       signal.throwIfAborted()
 *       log.info('cleaned up')
 *     },
 *   },
 * })
 * const plane = await createPlane({ config, sources, modules: [scheduler] })
 * await plane.use(scheduler.at('cleanup'), (job) => job.run())
 */
export function schedulerModule<Config extends ScheduledJobConfig>(
  options: SchedulerOptions<Config>,
): EachModule<ScheduledJob> {
  const { name = 'scheduler', config: section, jobs, health, clock = systemClock, ...rest } = options
  const { drainTimeout = 20_000, degradedAfter = 3, dependsOn, ...timeouts } = rest
  const handlerOf = (key: string): JobHandler<Config> => {
    const handler = Object.hasOwn(jobs, key) ? jobs[key] : undefined
    if (handler !== undefined) return handler
    const known = Object.keys(jobs).join(', ')
    throw refusal({ section, key }, `expected a job that the service has: ${known === '' ? 'it has none' : known}`)
  }
  const read = async ({ cron, timezone }: Config, key: string): Promise<CronSchedule> => {
    const schedule = await readCron(cron, timezone)
    if ('after' in schedule) return schedule
    throw refusal({ section, key, field: schedule.field }, schedule.why)
  }

  const module = defineModule({
    ...timeouts,
    name,
    config: section,
    each: true,
    dependsOn,
    check({ next, key = '' }: CheckContext<Config, OpenJob<Config>>): Promise<CronSchedule> {
      handlerOf(key)
      return read(next, key)
    },
    async start({ config, key = '', prepared, use, log, emit, tenants, guard }) {
      const handler = handlerOf(key)
      const schedule = prepared ?? (await read(config, key))
      const work: ConstructorParameters<typeof OpenJob<Config>>[0]['work'] = ({ due, ...run }) =>
        handler({ ...run, due: new Date(due), use, log, emit, tenants, guard })
      const onFailure = (failures: number) => emit('job_failed', { job: key, failures })
      return new OpenJob({ name: key, clock, log, work, onFailure }, { schedule, config })
    },
    async reload({ next, key = '', prepared, resource }) {
      const schedule = prepared ?? (await read(next, key))
      const before = resource.settings
      resource.apply({ schedule, config: next })
      return () => resource.apply(before)
    },
    stop: ({ resource, signal }) => resource.close(signal, drainTimeout),
    ...partHealth(health, { optional: true }, ({ resource }: HealthContext<Config, OpenJob<Config>>) => {
      const { failures, isLate, lastRun } = resource
      const details = { failures, ...(lastRun === undefined ? {} : { lastRunAt: lastRun.startedAt }) }
      if (isLate) return degraded('a run goes on although its time is over', details)
      if (failures >= degradedAfter) return degraded(`the last ${failures} runs failed`, details)
      return healthy(undefined, details)
    }),
  })
  return module
}
