import { EventEmitter } from 'node:events'
import { inspect } from 'node:util'
import { setImmediate as turn } from 'node:timers/promises'
import {
  createPlane,
  defineConfig,
  defineModule,
  dynamic,
  type Guard,
  type PlaneOptions,
  secret,
  type TenantContext,
} from 'trimtab'
import { createManualClock, scriptedSource } from 'trimtab/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { hearingLogger } from '../support/hearing-logger.ts'
import { createWitness, expectAbsent } from '../support/no-leak.ts'
import { settle } from '../support/settle.ts'

const config = defineConfig(z.object({ limit: dynamic(z.number()) }))
const read = { resource: 'orders/1', operation: 'read' }
const why = { actor: 'ops', reason: 'INC-1' }
const code = (name: string) => expect.objectContaining({ code: name })

async function boot(options: Partial<PlaneOptions> = {}) {
  const clock = createManualClock()
  const logger = hearingLogger()
  const source = scriptedSource({ tree: { limit: 1 } })
  const plane = await createPlane({ config, sources: [source], clock, logger, ...options })
  onTestFinished(async () => void (await settle(clock, plane.close())))
  const events: unknown[] = []
  plane.events.on((event) => {
    if (event.type.startsWith('dev.trimtab.guard.')) events.push([event.type.slice(18), event.data])
  })
  return { plane, clock, logger, source, events }
}

describe('tenants of a plane', () => {
  it('go with timers, promises and nested calls, and read what all share', async () => {
    const { plane, source, clock } = await boot()
    const { tenants } = plane
    const seen = await tenants.run('acme', async () => {
      const handle = tenants.current()
      await turn()
      const nested = tenants.run('beta', () => Promise.resolve().then(() => tenants.current()?.id))
      const timed = await new Promise((resolve) => setTimeout(() => resolve(tenants.current()), 0))
      source.set({ limit: 2 })
      await settle(clock, plane.reload())
      return [await nested, timed === handle, handle === tenants.current(), handle?.config['limit'], handle?.id]
    })
    expect(seen).toEqual(['beta', true, true, 2, 'acme'])
    expect(tenants.current()).toBeUndefined()
  })

  it('are kept apart by nothing but default wiring: refused, kept, counted, logged and told', async () => {
    const { plane, logger, events, clock } = await boot()
    const { tenants, guard } = plane
    const touch = () => guard.assert({ tenant: 'beta', ...read })
    expect(touch).toThrow(code('tenant_context_missing'))
    expect(() => tenants.run('acme', touch)).toThrow(code('tenant_isolation'))
    expect(() => tenants.run('acme', touch)).toThrow(code('tenant_isolation'))
    tenants.run('beta', touch)
    await clock.advance(100)

    expect(guard.mode).toBe('strict')
    expect(guard.violations().map(({ kind }) => kind)).toEqual(['cross_tenant', 'cross_tenant', 'missing_context'])
    expect(guard.counts.map(({ count }) => count)).toEqual([1, 2])
    expect(events).toMatchObject([
      ['violated', { kind: 'missing_context', owner: 'beta', refused: true, count: 1 }],
      ['violated', { kind: 'cross_tenant', tenant: 'acme', refused: true, count: 1 }],
      ['violated', { kind: 'cross_tenant', tenant: 'acme', refused: true, count: 1 }],
    ])
    expect(logger.lines.filter((line) => line.includes('guard'))).toEqual([
      'error: The guard refused read of orders/1, which belongs to beta, outside of any tenant',
      'error: The guard refused read of orders/1, which belongs to beta, by acme',
      'error: The guard refused read of orders/1, which belongs to beta, by acme',
    ])
  })

  it('can not have a line of the log forged by what they touch', async () => {
    const { plane, logger } = await boot({ guard: { mode: 'lenient' } })
    plane.guard.assert({ tenant: 'acme', resource: 'a\nerror: all is lost', operation: '\u001b[2J' })
    const [line] = logger.lines.filter((each) => each.includes('guard'))
    expect(line).toBe(
      'warn: The guard allowed \\u001b[2J of a\\nerror: all is lost, which belongs to acme, outside of any tenant',
    )
  })

  it('lose their guard only where somebody acknowledges it, by name, and told', async () => {
    const { plane, logger, events } = await boot()
    expect(() => plane.guard.setMode('disabled', why)).toThrow(code('option_invalid'))
    plane.guard.setMode('disabled', { ...why, acknowledge: true })
    plane.guard.setAllow(['reports/*'], why)
    plane.guard.assert({ tenant: 'acme', ...read })
    expect(events).toEqual([
      ['mode_changed', { previous: 'strict', mode: 'disabled', ...why }],
      ['allow_changed', { previous: [], allow: ['reports/*'], ...why }],
    ])
    expect(logger.lines.filter((line) => line.startsWith('warn'))).toEqual([
      'warn: The guard is disabled and no longer strict: ops, INC-1',
      'warn: The guard allows [reports/*] to all: ops, INC-1',
    ])
  })

  it('are in the hooks of modules: whose async context goes with a reload, and the same guard', async () => {
    const given: { readonly guard: Guard; readonly tenants: TenantContext }[] = []
    const seen: (string | undefined)[] = []
    const app = defineModule({
      name: 'app',
      config: config.section('limit'),
      start: ({ guard, tenants }) => void given.push({ guard, tenants }),
      check: ({ tenants }) => void seen.push(tenants.current()?.id),
      reload({ guard, tenants }) {
        tenants.run('acme', () => guard.assert({ tenant: 'acme', ...read }))
        seen.push(tenants.run('acme', () => tenants.current()?.id))
      },
    })
    const { plane, source, clock } = await boot({ modules: [app] })
    source.set({ limit: 2 })
    expect(await settle(clock, plane.reload())).toMatchObject({ status: 'full_success' })
    expect(given[0]?.guard).toBe(plane.guard)
    expect(seen.at(-1)).toBe('acme')
  })

  it('leave nothing behind when the plane closes, and nothing that waits untold', async () => {
    const { plane, clock, events } = await boot({ guard: { mode: 'lenient' } })
    for (let count = 0; count < 5; count += 1) plane.guard.assert({ tenant: 'acme', ...read })
    await settle(clock, plane.close())
    expect(events).toMatchObject([
      ['violated', { count: 1 }],
      ['violated', { count: 4 }],
    ])
    expect(clock.pending).toBe(0)
  })

  it('are not those of another plane in the same process', async () => {
    const [one, other] = [await boot(), await boot()]
    one.plane.tenants.run('acme', () => {
      expect(other.plane.tenants.current()).toBeUndefined()
      expect(() => other.plane.guard.assert({ tenant: 'acme', ...read })).toThrow(code('tenant_context_missing'))
    })
    expect(one.plane.guard.violations()).toEqual([])
  })

  it('find that an emitter calls back for somebody else, unless what it calls is bound', async () => {
    const { plane } = await boot()
    const { tenants, guard } = plane
    const emitter = new EventEmitter()
    const caught: unknown[] = []
    const attempt = (check: () => void) => () => {
      try {
        check()
      } catch (error) {
        caught.push(error)
      }
    }
    tenants.run('acme', () => {
      const work = guard.begin({ tenant: 'acme', ...read })
      emitter.on('row', attempt(work.check))
      emitter.on('row', tenants.bind(attempt(work.check)))
    })
    tenants.run('beta', () => emitter.emit('row'))
    expect(caught).toEqual([code('tenant_mismatch')])
  })

  it('show nothing secret, whatever somebody takes for the name of a thing', async () => {
    const hidden = 'correct-horse-battery'
    const witness = createWitness()
    const clock = createManualClock()
    const plane = await createPlane({
      config: defineConfig(z.object({ key: secret(z.string()) })),
      sources: [scriptedSource({ tree: { key: hidden } })],
      clock,
      logger: witness.logger,
    })
    witness.watch(plane)
    const touch = () => plane.guard.assert({ tenant: 'beta', resource: `keys/${hidden}`, operation: hidden })
    let thrown: unknown
    try {
      plane.tenants.run('acme', touch)
    } catch (error) {
      thrown = error
    }
    plane.guard.setMode('lenient', { actor: hidden, reason: `lost ${hidden}` })
    await settle(clock, plane.close())
    const shown = [
      witness.printed(plane),
      inspect([thrown, plane.guard.violations(), plane.guard.counts], { depth: 9 }),
    ]
    expect(shown.join()).toContain('keys/')
    expectAbsent(shown.join(), [hidden])
  })

  it.each([
    [{ mode: 'loose' }, 'guard.mode'],
    [{ mod: 'strict' }, 'guard.mod is not known'],
    [{ allow: ['*'] }, 'guard.allow'],
    [null, 'guard has to be an object'],
  ])('are not served with the guard %j', async (guard, message) => {
    // Written in JavaScript, where no compiler refuses them.
    const refused = boot({ guard: guard as NonNullable<PlaneOptions['guard']> })
    await expect(refused).rejects.toMatchObject({ code: 'option_invalid', message: expect.stringContaining(message) })
  })
})
