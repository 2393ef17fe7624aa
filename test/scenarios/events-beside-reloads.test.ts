import { scriptedSource } from 'trimtab/testing'
import { describe, expect, it } from 'vitest'
import { boot, find } from '../support/event-lab.ts'
import { settle } from '../support/settle.ts'

describe('beside reloads', () => {
  it('a boot that does not prove itself is told of', async () => {
    const { decide, clock, heard } = await boot({ judged: true })
    decide('unhealthy')
    await clock.advance(0)
    expect(find(heard, 'dev.trimtab.bake.kept').first).toMatchObject({
      reloadid: 'r1',
      data: { reasons: ['it is worse'] },
    })
  })

  it('changes that wait for a restart are told of, and that nothing waits any more', async () => {
    const { change, heard } = await boot()
    await change({ port: 2 })
    expect(find(heard, 'dev.trimtab.restart.pending').first?.data.pendingRestart).toEqual([
      { path: 'port', running: '1', configured: '2' },
    ])
    await change({})
    expect(find(heard, 'dev.trimtab.restart.cleared').all).toHaveLength(1)
  })

  it('overrides are told of, and not their values', async () => {
    const { plane, clock, heard } = await boot()
    const terms = { for: '1m', reason: 'INC-1' }
    const { override } = await settle(clock, plane.override({ 'a.value': 4711 }, terms))
    await settle(clock, plane.override({ 'b.value': 1 }, terms))
    override?.withdraw()
    await clock.advance(60_000)
    const told = heard.filter(({ type }) => type.startsWith('dev.trimtab.override.'))
    expect(told.map(({ type, subject }) => [type.replace('dev.trimtab.override.', ''), subject])).toEqual([
      ['applied', 'override-1'],
      ['applied', 'override-2'],
      ['withdrawn', 'override-1'],
      ['expired', 'override-2'],
    ])
    expect(told[0]?.data).toMatchObject({ paths: ['a.value'], reason: 'INC-1' })
    expect(JSON.stringify(told)).not.toContain('4711')
  })

  it('starting on a fallback is told of before anything else', async () => {
    const broken = scriptedSource({ name: 'broken', tree: {} })
    broken.fail({ code: 'unreadable', severity: 'error', message: 'the disk is gone' })
    const { booted } = await boot({ sources: [broken], fallback: scriptedSource({ name: 'spare', tree: {} }) })
    expect(booted[0]).toMatchObject({
      type: 'dev.trimtab.boot.recovered',
      data: { from: 'fallback', why: expect.stringContaining('the disk is gone') },
    })
    broken.set({})
  })

  it('violations and changes of the guard are told of, each with its count', async () => {
    const { plane, clock, heard } = await boot()
    const access = { tenant: 'acme', resource: 'orders/17', operation: 'read' }
    for (let count = 0; count < 5; count += 1) expect(() => plane.guard.assert(access)).toThrow()
    await clock.advance(1_000)
    const violated = find(heard, 'dev.trimtab.guard.violated').all
    expect(violated[0]?.data).toEqual({
      kind: 'missing_context',
      owner: 'acme',
      resource: 'orders/17',
      operation: 'read',
      refused: true,
      count: 1,
    })
    expect(violated.reduce((sum, { data }) => sum + data.count, 0)).toBe(5)
    plane.guard.setAllow(['shared/*'], { actor: 'dana', reason: 'INC-2' })
    plane.guard.setMode('lenient', { actor: 'dana', reason: 'INC-2' })
    await clock.advance(0)
    expect(find(heard, 'dev.trimtab.guard.allow_changed').first?.data).toEqual({
      allow: ['shared/*'],
      previous: [],
      actor: 'dana',
      reason: 'INC-2',
    })
    expect(find(heard, 'dev.trimtab.guard.mode_changed').first?.data).toMatchObject({
      mode: 'lenient',
      previous: 'strict',
    })
  })
})
