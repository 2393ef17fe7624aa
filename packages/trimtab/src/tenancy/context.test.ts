import { EventEmitter } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createTenantContext } from './context.ts'
import type { TenantId } from './tenant-id.ts'

const handles = new Map<string, { readonly id: TenantId; readonly config: { readonly name: string } }>()
const tenantOf = (id: TenantId) => {
  const known = handles.get(id) ?? Object.freeze({ id, config: { name: id } })
  handles.set(id, known)
  return known
}
const make = () => createTenantContext<{ name: string }>({ tenantOf })

describe('the context of a tenant', () => {
  it('gives the handle of the tenant itself inside, and nothing outside', () => {
    const context = make()
    expect(context.current()).toBeUndefined()
    expect(context.run('acme', () => context.current())).toBe(handles.get('acme'))
    expect(context.current()).toBeUndefined()
  })

  it('gives what the work gives, and throws what it throws', async () => {
    const context = make()
    expect(context.run('acme', () => 7)).toBe(7)
    await expect(context.run('acme', () => Promise.resolve(8))).resolves.toBe(8)
    const thrown = new Error('no')
    expect(() =>
      context.run('acme', () => {
        throw thrown
      }),
    ).toThrow(thrown)
    expect(context.current()).toBeUndefined()
  })

  it('goes with timers, promises, immediates and microtasks', async () => {
    const context = make()
    const seen: (string | undefined)[] = []
    const look = () => void seen.push(context.current()?.id)
    await context.run('acme', async () => {
      await turn()
      look()
      await new Promise<void>((resolve) => {
        setTimeout(() => {
          look()
          resolve()
        }, 0)
      })
      queueMicrotask(look)
      process.nextTick(look)
      await Promise.resolve().then(look)
      await turn()
    })
    expect(seen).toEqual(['acme', 'acme', 'acme', 'acme', 'acme'])
  })

  it('is the innermost of nested ones, also where they overlap in time', async () => {
    const context = make()
    const id = () => context.current()?.id
    await context.run('acme', async () => {
      const other = context.run('beta', async () => {
        await turn()
        return id()
      })
      expect(id()).toBe('acme')
      await expect(other).resolves.toBe('beta')
      expect(id()).toBe('acme')
      expect(context.outside(id)).toBeUndefined()
      expect(id()).toBe('acme')
    })
  })

  it('is that of the moment of binding wherever the bound function is called, with `this` and all arguments', () => {
    const context = make()
    const emitter = new EventEmitter()
    const seen: unknown[] = []
    function listen(this: unknown, ...args: readonly unknown[]) {
      seen.push(context.current()?.id, this === emitter, ...args)
      return 'given'
    }
    context.run('acme', () => emitter.on('row', context.bind(listen)))
    emitter.on('row', context.bind(listen))
    context.run('beta', () => emitter.emit('row', 1, 2))
    expect(seen).toEqual(['acme', true, 1, 2, undefined, true, 1, 2])
    expect(context.bind(() => 'given')()).toBe('given')
  })

  it('is not shared with another context', () => {
    const [one, other] = [make(), make()]
    one.run('acme', () => expect(other.current()).toBeUndefined())
  })

  it.each(['', ' acme', '.acme', 'a/b', 'a'.repeat(129), 'é', "a'; drop table x", undefined, 7])(
    'refuses %j as a tenant',
    (tenant) => {
      // @ts-expect-error plain JavaScript can give anything
      expect(() => make().run(tenant, () => {})).toThrow(expect.objectContaining({ code: 'tenant_context_invalid' }))
    },
  )

  it('refuses what it could not call', () => {
    // @ts-expect-error plain JavaScript can give anything
    expect(() => make().run('acme', 7)).toThrow(/run\(\) needs a function.*number/)
    // @ts-expect-error plain JavaScript can give anything
    expect(() => make().bind(undefined)).toThrow(/bind\(\) needs a function/)
  })
})
