import { expect, test } from 'vitest'
import { defineModule } from '../../modules/define-module.ts'
import { createGraph } from '../../modules/graph.ts'
import { createInstance } from '../../modules/instance.ts'
import { planSteps } from '../../reload/plan/plan.ts'
import { mayFollow } from './may-follow.ts'

const start = () => ({})
const pool = defineModule({ name: 'pool', start })
const cache = defineModule({ name: 'cache', dependsOn: [pool], start })
const http = defineModule({ name: 'http', dependsOn: [cache], exclusive: true, start })
const https = defineModule({ name: 'https', dependsOn: [cache], exclusive: true, replace: 'cascade', start })
const off = defineModule({ name: 'off', dependsOn: [pool], enabled: () => false, start })
const alone = defineModule({ name: 'alone', start })
const graph = createGraph([alone, cache, http, https, off, pool])
const nothing = { parked: new Map(), config: {}, stuck: new Set<never>() }
const started = planSteps({ graph, running: new Map(), ...nothing }).steps.filter(({ action }) => action === 'start')
const instances = started.map(({ module, key, section }) =>
  createInstance({ module, key, section, resource: {}, holds: new Map() }),
)
const running = new Map(instances.map((instance) => [instance.unit, instance]))
const idle = planSteps({ graph, running, ...nothing }).steps

test('whoever depends on what moves may follow, and in turn whoever depends on those; what is not enabled does not', () => {
  const steps = idle.map((step) => (step.module === pool ? { ...step, action: 'replace' as const } : step))
  expect(mayFollow(graph, running, steps)).toEqual([
    { module: 'cache', dependsOn: ['pool'], effect: 'replace' },
    { module: 'http', dependsOn: ['cache'], effect: 'wait_for_restart' },
    { module: 'https', dependsOn: ['cache'], effect: 'replace' },
  ])
})

test('nobody follows what is reloaded in place, or left alone', () => {
  expect(mayFollow(graph, running, idle)).toEqual([])
  const steps = idle.map((step) => (step.module === pool ? { ...step, action: 'reload' as const } : step))
  expect(mayFollow(graph, running, steps)).toEqual([])
})
