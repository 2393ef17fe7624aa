import { defineConfig, defineModule, dynamic, type Module, type Plane } from 'trimtab'
import { type ManualClock, scriptedSource } from 'trimtab/testing'
import { z } from 'zod'
import { startPlane } from '../support/start-plane.ts'
import { deadline, type Misbehaviour } from '../support/misbehaviour.ts'

const labConfig = defineConfig(
  z.object({
    app: dynamic(z.object({ value: z.number() })),
    later: dynamic(z.object({ broken: z.boolean().default(false) })),
  }),
)

type LabHook = 'check' | 'start' | 'reload' | 'undo' | 'reverse' | 'stop' | 'enabled'

interface LabResource {
  value: number
  stopped: boolean
}

interface LabOptions {
  readonly clock: ManualClock
  /** How `app` takes changes. */
  readonly kind: 'replaced' | 'cascade' | 'reloads' | 'reloads with its own undo'
}

/** A plane of three modules, each dependent on the one before: `base`, `app` whose hooks misbehave, and `later`. */
export function createLab({ clock, kind }: LabOptions) {
  const source = scriptedSource({ tree: { app: { value: 1 } } })
  const scripts = new Map<LabHook, Misbehaviour>()
  const resources: LabResource[] = []
  const prepared: { disposed: boolean }[] = []
  const undone: number[] = []
  let baseStopped = false

  // What a misbehaving hook gives is not what its type says: that is the point.
  const perform = <T>(hook: LabHook, value: T): T => (scripts.get(hook)?.act(value, clock) ?? value) as T

  const base = defineModule({
    name: 'base',
    start: () => 'base',
    stop: () => {
      baseStopped = true
    },
  })
  const changesInPlace = kind === 'reloads' || kind === 'reloads with its own undo'
  const app: Module<LabResource> = defineModule({
    name: 'app',
    config: labConfig.section('app'),
    dependsOn: [base],
    ...(kind === 'cascade' ? { exclusive: true, replace: 'cascade' as const } : {}),
    enabled: () => perform('enabled', true),
    check() {
      const object = { disposed: false, close: () => void (object.disposed = true) }
      prepared.push(object)
      return perform('check', object)
    },
    start({ config }) {
      const resource: LabResource = { value: config.value, stopped: false }
      resources.push(resource)
      return perform('start', resource)
    },
    ...(changesInPlace
      ? {
          reload({ next, previous, resource }: { next: Value; previous: Value; resource: LabResource }) {
            resource.value = next.value
            if (next.value < previous.value) return perform('reverse', undefined)
            const undo = () => {
              undone.push(next.value)
              resource.value = previous.value
              return perform('undo', undefined)
            }
            return perform('reload', kind === 'reloads' ? undefined : undo)
          },
        }
      : {}),
    stop({ resource }) {
      resource.stopped = true
      return perform('stop', undefined)
    },
  })
  const later = defineModule({
    name: 'later',
    config: labConfig.section('later'),
    dependsOn: [app],
    start: () => 'later',
    reload({ next }) {
      if (next.broken) throw new Error('later is broken')
    },
  })

  return {
    app,
    source,
    /** Every resource of `app` that was ever made, the oldest first. */
    resources,
    /** What the checks of `app` prepared. */
    prepared,
    /** The values whose undo function was called. */
    undone,
    get baseStopped() {
      return baseStopped
    },
    script: (hook: LabHook, misbehaviour: Misbehaviour) => void scripts.set(hook, misbehaviour),
    heal: () => scripts.clear(),
    boot: (): Promise<Plane<LabConfig>> =>
      startPlane({
        config: labConfig,
        sources: [source],
        modules: [base, app, later],
        reload: {
          startTimeout: deadline,
          checkTimeout: deadline,
          reloadTimeout: deadline,
          stopTimeout: deadline,
        },
        clock,
        random: () => 0.5,
        logger: false,
      }),
  }
}

interface Value {
  readonly value: number
}

export interface LabConfig {
  app: { value: number }
  later: { broken: boolean }
}
