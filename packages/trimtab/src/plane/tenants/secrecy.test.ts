import { expect, test } from 'vitest'
import { z } from 'zod'
import { functionSink } from '../../events/sinks/index.ts'
import { defineModule } from '../../modules/define-module.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { perTenant, secret } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { scriptedOverlays } from '../../testing/scripted-overlays.ts'
import { createTestPlane } from '../../testing/test-plane.ts'

const config = defineConfig(
  z.object({ limits: perTenant(z.object({ rate: z.number().default(1), key: secret(z.string()).optional() })) }),
)
const key = 'the-key-of-acme-alone'

test('a secret of a tenant is in no output, whoever quotes it', async () => {
  const clock = createManualClock()
  const overlays = scriptedOverlays({ trees: { acme: { limits: { key } } } })
  const seen: unknown[] = []
  const write = (line: string) => void seen.push(line)
  const module = defineModule({
    name: 'limiter',
    config: config.section('limits'),
    start: ({ log }) => ({ say: () => log.warn(`used ${key}`) }),
    reload: () => {
      throw new Error(`could not keep ${key}`)
    },
  })
  const plane = await createTestPlane(config, {
    clock,
    logger: { debug: write, info: write, warn: write, error: write },
    modules: [module],
    tenants: { overlays },
    events: { sinks: [functionSink((event) => void seen.push(event), { name: 'list' })] },
    checks: [
      { name: 'upstream', run: () => ({ status: 'unhealthy', message: key, details: { key }, component: key }) },
    ],
  })
  plane.guard.events.on((event) => void seen.push(event))
  plane.tenants.watch('limits', () => {
    throw new Error(`a listener met ${key}`)
  })
  plane.guard.setMode('lenient', { actor: key, reason: key })
  plane.tenants.run('acme', () => plane.guard.assert({ tenant: 'other', resource: key, operation: key }))
  await plane.use(module, ({ say }) => say())
  seen.push(await plane.health.check({ fresh: true }), plane.guard.violations())
  overlays.set('acme', { limits: { key, rate: 2 } })
  seen.push(await plane.tenants.reload('acme'))
  seen.push(await plane.set({ limits: { rate: 5 } }))
  await clock.advance(1_000)
  await plane.close()

  const text = JSON.stringify(seen, (_, value: unknown) => (value instanceof Error ? value.stack : value))
  expect(text).toContain('a listener met [secret]')
  expect(text).toContain('used [secret]')
  expect(text).toContain('could not keep [secret]')
  expect(text).not.toContain(key)
})
