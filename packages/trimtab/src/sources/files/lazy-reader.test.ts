import { describe, expect, it } from 'vitest'
import type { Reading } from '../source.ts'
import { lazyReader } from './lazy-reader.ts'

const { signal } = new AbortController()
const absent: Reading = { kind: 'absent', problem: { code: 'absent', severity: 'error', message: 'does not exist' } }

describe('lazyReader', () => {
  it('opens once, for the first who reads, whoever else reads meanwhile', async () => {
    let opened = 0
    const read = lazyReader(async () => {
      opened += 1
      return async () => absent
    })
    expect(opened).toBe(0)
    expect(await Promise.all([read(signal), read(signal)])).toEqual([absent, absent])
    expect(await read(signal)).toBe(absent)
    expect(opened).toBe(1)
  })

  it('tries again after a failure to open', async () => {
    let fails = true
    const read = lazyReader(async () => {
      if (fails) throw new Error('too many open files')
      return async () => absent
    })
    await expect(Promise.all([read(signal), read(signal)])).rejects.toThrow('too many open files')
    fails = false
    expect(await read(signal)).toBe(absent)
  })
})
