import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../testing/manual-clock.ts'
import { createTenantContext } from '../context.ts'
import type { TenantId } from '../tenant-id.ts'
import { createGuard, type GuardParts } from './create-guard.ts'
import type { GuardEvent } from './guard.ts'
import type { GuardOptions } from './guard-options.ts'

function make(options: GuardOptions & Pick<GuardParts, 'clean'> = {}) {
  const clock = createManualClock()
  const context = createTenantContext({ tenantOf: (id) => ({ id, config: {} }) })
  const removed = new Set<string>()
  const guard = createGuard({
    ...options,
    context,
    clock,
    isRemoved: (id: TenantId) => removed.has(id),
  })
  const events: GuardEvent[] = []
  guard.events.on((event) => events.push(event))
  const read = (tenant: string, resource = 'orders/1') => guard.assert({ tenant, resource, operation: 'read' })
  const kinds = () => guard.violations().map(({ kind }) => kind)
  return { clock, context, removed, guard, events, read, kinds }
}

const why = { actor: 'ops', reason: 'migration' }
const code = (name: string) => expect.objectContaining({ code: name })

describe('the guard', () => {
  it('lets a tenant touch its own, and records nothing', () => {
    const { context, guard, read } = make()
    context.run('acme', () => read('acme'))
    expect(guard.violations()).toEqual([])
    expect(guard.counts).toEqual([])
  })

  it('refuses in strict mode with the code of each kind, and keeps what it refused', () => {
    const { context, guard, read, removed, clock } = make()
    expect(() => read('acme')).toThrow(code('tenant_context_missing'))
    expect(() => context.run('acme', () => read('beta'))).toThrow(code('tenant_isolation'))
    expect(() => context.run('acme', () => read('not a tenant'))).toThrow(code('tenant_context_invalid'))
    // @ts-expect-error a row of plain JavaScript may have no owner
    expect(() => context.run('acme', () => read(undefined))).toThrow(code('tenant_context_invalid'))
    removed.add('acme')
    expect(() => context.run('acme', () => read('acme'))).toThrow(code('tenant_context_invalid'))
    const common = { resource: 'orders/1', operation: 'read', refused: true, at: clock.now() }
    expect(guard.violations().toReversed()).toEqual([
      { ...common, kind: 'missing_context', tenant: undefined, owner: 'acme' },
      { ...common, kind: 'cross_tenant', tenant: 'acme', owner: 'beta' },
      { ...common, kind: 'invalid_context', tenant: 'acme', owner: undefined },
      { ...common, kind: 'invalid_context', tenant: 'acme', owner: undefined },
      { ...common, kind: 'invalid_context', tenant: 'acme', owner: 'acme' },
    ])
  })

  it('names no other tenant in what it throws', () => {
    const { context, read } = make()
    expect(() => context.run('acme', () => read('beta'))).not.toThrow(/beta/)
    expect(() => context.run('acme', () => read('beta'))).toThrow(/read of orders\/1 for acme/)
  })

  it('records and allows in lenient mode, and looks away when it is disabled', () => {
    const lenient = make({ mode: 'lenient' })
    lenient.read('acme')
    lenient.context.run('acme', () => lenient.read('beta'))
    expect(lenient.kinds()).toEqual(['cross_tenant', 'missing_context'])
    expect(lenient.guard.violations()[0]?.refused).toBe(false)

    const disabled = make({ mode: 'disabled' })
    disabled.read('acme')
    disabled.context.run('acme', () => disabled.read('beta'))
    expect(disabled.kinds()).toEqual([])
  })

  it('finds that work goes on in the context of another tenant, or of none', () => {
    const { context, guard, kinds } = make()
    const work = context.run('acme', () => guard.begin({ tenant: 'acme', resource: 'orders/1', operation: 'read' }))
    context.run('acme', () => work.check())
    expect(() => context.run('beta', () => work.check())).toThrow(code('tenant_mismatch'))
    expect(() => work.check()).toThrow(code('tenant_context_missing'))
    expect(kinds()).toEqual(['missing_context', 'mismatch'])
    expect(guard.violations()[1]).toMatchObject({ tenant: 'beta', owner: 'acme' })
  })

  it('refuses a mismatch in lenient mode where it is told to, and nothing else', () => {
    const { context, guard, read } = make({ mode: 'lenient', refuseMismatch: true })
    const access = { resource: 'orders/1', operation: 'read' }
    const [work, outside] = [context.run('acme', () => guard.begin(access)), guard.begin(access)]
    expect(() => context.run('beta', () => work.check())).toThrow(code('tenant_mismatch'))
    expect(() => context.run('beta', () => outside.check())).toThrow(code('tenant_mismatch'))
    work.check()
    read('acme')
    context.run('acme', () => read('beta'))
  })

  it('needs a context to begin work, and compares with an owner that is named', () => {
    const { context, guard, removed } = make()
    const access = { resource: 'orders/1', operation: 'read' }
    expect(() => guard.begin(access)).toThrow(code('tenant_context_missing'))
    expect(() => context.run('acme', () => guard.begin({ ...access, tenant: 'beta' }))).toThrow(
      code('tenant_isolation'),
    )
    // @ts-expect-error an owner that should be there and is not
    expect(() => context.run('acme', () => guard.begin({ ...access, tenant: undefined }))).toThrow(
      code('tenant_context_invalid'),
    )
    const work = context.run('acme', () => guard.begin(access))
    removed.add('acme')
    expect(() => context.run('acme', () => guard.begin(access))).toThrow(code('tenant_context_invalid'))
    expect(() => context.run('acme', () => work.check())).toThrow(code('tenant_context_invalid'))
    expect(() => context.run('beta', () => work.check())).toThrow(code('tenant_mismatch'))
    removed.clear()
    context.run('acme', () => work.check())
  })

  it('checks work at its end, where its promise is settled', async () => {
    const { context, guard, kinds } = make()
    const access = { resource: 'orders/1', operation: 'read' }
    await expect(context.run('acme', () => guard.work(access, async () => 7))).resolves.toBe(7)
    expect(context.run('acme', () => guard.work(access, () => 8))).toBe(8)

    // A promise of somebody's own, settled by whoever comes next.
    type Settle = (resolve: (value: number) => void, reject: (error: unknown) => void) => void
    const settled = (then: Settle) => {
      // All that is asked of a promise.
      // oxlint-disable-next-line unicorn/no-thenable -- it is to be awaited
      return context.run('acme', () => guard.work(access, () => ({ then }) as unknown as Promise<number>))
    }
    const thrown = new Error('own')
    await expect(settled((resolve) => context.run('beta', () => resolve(1)))).rejects.toEqual(code('tenant_mismatch'))
    await expect(settled((_, reject) => context.run('beta', () => reject(thrown)))).rejects.toBe(thrown)
    expect(kinds()).toEqual(['mismatch', 'mismatch'])
  })

  it('throws what the work throws, and records what it found beside it', () => {
    const { context, guard, kinds } = make()
    const thrown = new Error('own')
    expect(() =>
      context.run('acme', () =>
        guard.work({ resource: 'orders/1', operation: 'read' }, () => {
          throw thrown
        }),
      ),
    ).toThrow(thrown)
    expect(kinds()).toEqual([])
  })

  it('waives cross_tenant alone for what is on the allow-list', () => {
    const { context, guard, read, kinds, removed } = make({ allow: ['reports/shared', 'catalogue/*'] })
    context.run('acme', () => {
      read('beta', 'reports/shared')
      read('beta', 'catalogue/')
      read('beta', 'catalogue/shoes/7')
    })
    expect(kinds()).toEqual([])
    for (const resource of ['reports/shared/1', 'reports', 'catalogue', 'catalogue/../orders/1', 'catalogue/a/..']) {
      expect(() => context.run('acme', () => read('beta', resource)), resource).toThrow(code('tenant_isolation'))
    }
    expect(() => read('beta', 'reports/shared')).toThrow(code('tenant_context_missing'))
    expect(() => context.run('acme', () => read('', 'reports/shared'))).toThrow(code('tenant_context_invalid'))
    const work = context.run('acme', () => guard.begin({ resource: 'reports/shared', operation: 'read' }))
    expect(() => context.run('beta', () => work.check())).toThrow(code('tenant_mismatch'))
    removed.add('acme')
    expect(() => context.run('acme', () => read('beta', 'reports/shared'))).toThrow(code('tenant_context_invalid'))
  })

  it('keeps the newest violations in order, and gives them to be read alone', () => {
    const { context, guard, read } = make({ mode: 'lenient', capacity: 3 })
    for (const tenant of ['t1', 't2', 't3', 't4', 't5']) context.run('acme', () => read(tenant))
    const owners = (query = {}) => guard.violations(query).map(({ owner }) => owner)
    expect(owners()).toEqual(['t5', 't4', 't3'])
    expect(owners({ limit: 2 })).toEqual(['t5', 't4'])
    expect(owners({ limit: 0 })).toEqual([])
    expect(owners({ tenant: 't4' })).toEqual(['t4'])
    expect(owners({ tenant: 'acme', limit: 1 })).toEqual(['t5'])
    expect(owners({ tenant: 't1' })).toEqual([])

    const given = guard.violations()
    expect(Object.isFrozen(given) && given.every(Object.isFrozen)).toBe(true)
    // @ts-expect-error what it gives is not to be changed
    expect(() => given.pop()).toThrow(TypeError)
    expect(owners()).toEqual(['t5', 't4', 't3'])
    expect(() => guard.violations({ limit: -1 })).toThrow(code('option_invalid'))
  })

  it('keeps 1,024 violations where nothing else is said, with no more than 256 characters of a text', () => {
    const { read, guard } = make({ mode: 'lenient' })
    for (let count = 0; count < 1_030; count += 1) read('acme', `${'x'.repeat(300)}${count}`)
    expect(guard.violations()).toHaveLength(1_024)
    expect(guard.violations()[0]?.resource).toBe('x'.repeat(256))
    // @ts-expect-error plain JavaScript may give anything
    read('acme', { toString: () => 'secret' })
    expect(guard.violations()[0]?.resource).toBe('object')
  })

  it('takes out secrets that are longer than what is kept of a text', () => {
    const key = 'k'.repeat(8_192)
    const { read, guard } = make({ mode: 'lenient', clean: (text) => text.replaceAll(key, '[secret]') })
    read('acme', `rows of ${key}`)
    expect(guard.violations()[0]?.resource).toBe('rows of [secret]')
  })

  it('counts each kind for each tenant, the first thousand by themselves', () => {
    const { context, guard, read } = make({ mode: 'lenient' })
    context.run('acme', () => read('beta'))
    context.run('acme', () => read('beta'))
    read('beta')
    read('')
    expect(guard.counts).toEqual([
      { kind: 'cross_tenant', tenant: 'acme', count: 2 },
      { kind: 'missing_context', tenant: 'beta', count: 1 },
      { kind: 'missing_context', tenant: '_none', count: 1 },
    ])
    for (let index = 0; index < 1_500; index += 1) read(`t${index}`)
    read('t1499')
    read('t0')
    const { counts } = guard
    expect(counts).toHaveLength(1 + 1_000 + 1)
    expect(counts.find(({ tenant }) => tenant === '_other')?.count).toBe(503)
    expect(counts.find(({ tenant }) => tenant === 't0')?.count).toBe(2)
  })

  it('tells ten times a second of each kind, and of every violation once', async () => {
    const { clock, context, guard, read, events } = make({ mode: 'lenient' })
    const told = () =>
      events.splice(0).map((event) => event.kind === 'violation' && [event.violation.kind, event.count])
    read('acme')
    context.run('acme', () => read('beta'))
    expect(told()).toEqual([
      ['missing_context', 1],
      ['cross_tenant', 1],
    ])
    for (let tenth = 0; tenth < 10; tenth += 1) {
      for (let count = 0; count < 5; count += 1) read('acme')
      await clock.advance(100)
    }
    expect(told()).toEqual(Array.from({ length: 10 }, () => ['missing_context', 5]))
    await clock.advance(100)
    expect(clock.pending).toBe(0)
    read('acme')
    read('acme')
    read('acme')
    expect(told()).toEqual([['missing_context', 1]])
    guard.close()
    expect(told()).toEqual([['missing_context', 2]])
    expect(clock.pending).toBe(0)
    read('acme')
    expect(told()).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('tells outside of the tenant, and goes on when a listener throws', () => {
    const { context, guard, read } = make()
    const seen: unknown[] = []
    guard.events.on(() => {
      seen.push(context.current())
      throw new Error('no')
    })
    expect(() => context.run('acme', () => read('beta'))).toThrow(code('tenant_isolation'))
    expect(seen).toEqual([undefined])
  })

  it('changes its mode with a name and a reason, and is disabled only where that is acknowledged', () => {
    const { guard, events, clock } = make()
    const lost = { ...why, acknowledge: true }
    expect(() => guard.setMode('disabled', why)).toThrow(/acknowledge: true/)
    expect(guard.mode).toBe('strict')
    guard.setMode('lenient', why)
    expect(() => guard.setMode('disabled', why)).toThrow(/acknowledge: true/)
    guard.setMode('disabled', lost)
    guard.setMode('disabled', why)
    guard.setMode('strict', why)
    const at = clock.now()
    expect(events).toEqual([
      { kind: 'mode', previous: 'strict', next: 'lenient', at, ...why },
      { kind: 'mode', previous: 'lenient', next: 'disabled', at, ...why },
      { kind: 'mode', previous: 'disabled', next: 'strict', at, ...why },
    ])
    expect(events.every(Object.isFrozen)).toBe(true)
    // @ts-expect-error plain JavaScript may give anything
    expect(() => guard.setMode('off', lost)).toThrow(/strict, lenient, disabled/)
    // @ts-expect-error plain JavaScript may give anything
    expect(() => guard.setMode('lenient')).toThrow(/`actor`/)
    expect(() => guard.setMode('lenient', { actor: 'ops', reason: ' ' })).toThrow(/`reason`/)
    expect(() => guard.setMode('lenient', { actor: 'a'.repeat(257), reason: 'x' })).toThrow(/`actor`/)
  })

  it('changes its allow-list with a name and a reason, and keeps its own copy', () => {
    const { context, guard, events, read, clock } = make()
    const list = ['reports/*']
    guard.setAllow(list, why)
    list.push('orders/*')
    context.run('acme', () => read('beta', 'reports/1'))
    expect(() => context.run('acme', () => read('beta', 'orders/1'))).toThrow(code('tenant_isolation'))
    expect(events[0]).toEqual({ kind: 'allow', previous: [], next: ['reports/*'], at: clock.now(), ...why })
    expect(() => guard.setAllow(['*'], why)).toThrow(/allow everything/)
    // @ts-expect-error nobody is named
    expect(() => guard.setAllow([], {})).toThrow(/`actor`/)
    context.run('acme', () => read('beta', 'reports/1'))
  })

  it.each([
    [{ mode: 'off' }, 'guard.mode'],
    [{ allow: 'reports' }, 'guard.allow has to be a list'],
    [{ allow: [''] }, 'guard.allow has to hold texts'],
    [{ allow: [7] }, 'guard.allow has to hold texts'],
    [{ allow: ['*'] }, 'would allow everything'],
    [{ allow: ['a*b'] }, 'not at its end'],
    [{ refuseMismatch: 'yes' }, 'guard.refuseMismatch'],
    [{ capacity: 0 }, 'guard.capacity'],
    [{ capacity: 1.5 }, 'guard.capacity'],
  ])('refuses %j', (options, message) => {
    // Written in JavaScript, where no compiler refuses them.
    expect(() => make(options as GuardOptions)).toThrow(
      expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(message) }),
    )
  })
})
