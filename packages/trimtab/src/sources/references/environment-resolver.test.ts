import { describe, expect, it } from 'vitest'
import { environmentResolver } from './environment-resolver.ts'

const signal = new AbortController().signal

describe('the environment resolver', () => {
  it('gives the value as it was when the resolver was made', async () => {
    const env: Record<string, string | undefined> = { A: 'one', EMPTY: '' }
    const resolver = environmentResolver(env)
    env['A'] = 'two'
    env['B'] = 'late'
    expect(await resolver.resolve('A', { signal })).toEqual({ ok: true, value: 'one' })
    expect(await resolver.resolve('EMPTY', { signal })).toEqual({ ok: true, value: '' })
    expect(await resolver.resolve('B', { signal })).toMatchObject({ ok: false, error: { kind: 'unset' } })
  })

  it.each(['toString', '__proto__', 'constructor', '', 'a'])('has no variable %j', async (name) => {
    const resolver = environmentResolver({ A: 'one' })
    expect(await resolver.resolve(name, { signal })).toMatchObject({ ok: false, error: { kind: 'unset' } })
  })
})
