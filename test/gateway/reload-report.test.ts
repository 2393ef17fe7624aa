import { defineConfig, defineModule, dynamic, type Judge, type Verdict } from 'trimtab'
import { createTestPlane } from 'trimtab/testing'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { createReport } from '../../examples/gateway/src/terminal/report.ts'

const config = defineConfig(z.object({ port: z.number(), pool: dynamic(z.object({ max: z.number().max(100) })) }))

/** What is told of a plane whose commits are judged by `verdicts`, one after another. */
async function openReport(verdicts: readonly Verdict[]) {
  const answers = [...verdicts]
  const judge: Judge = { judge: async () => answers.shift() ?? { kind: 'stable' } }
  const pool = defineModule({ name: 'pool', config: config.section('pool'), start: () => ({}) })
  const tree = { port: 1, pool: { max: 1 } }
  const plane = await createTestPlane(config, { tree, modules: [pool], bake: { judge } })
  onTestFinished(async () => void (await plane.close()))
  const lines: string[] = []
  plane.events.on(createReport((line) => lines.push(line.replaceAll(/\d+(\.\d+)? (ms|s)\b/g, 'N $2'))))
  return {
    async set(port: number, max: number) {
      lines.length = 0
      await plane.set({ port, pool: { max } })
      // When the old one has ended, nobody says.
      return lines.filter((line) => !line.startsWith('  ended'))
    },
  }
}

it('tells of a commit when it is in force, and of the verdict when it is there', async () => {
  const { set } = await openReport([{ kind: 'stable' }])
  expect(await set(1, 2)).toEqual([
    'reload by remote, manual: generation 2',
    '  changed   pool.max: 1 → 2',
    '  replaced  pool',
    '  proving   health decides whether it stays',
    'stable: generation 2, after N s',
  ])
})

it('tells why health takes a commit back, and what is in force then', async () => {
  const { set } = await openReport([
    { kind: 'stable' },
    { kind: 'unhealthy', reasons: ['pool failed 5 times in a row'] },
  ])
  expect(await set(1, 2)).toEqual([
    'reload by remote, manual: generation 2',
    '  changed   pool.max: 1 → 2',
    '  replaced  pool',
    '  proving   health decides whether it stays',
    'health says no to generation 2, after N s:',
    '  unhealthy pool failed 5 times in a row',
    'undone: generation 3 is what was stable before',
    '  changed   pool.max: 2 → 1',
    '  set aside it is not tried again until it changes',
  ])
})

it('tells once what waits for a restart, with and without a commit, and when nothing does any more', async () => {
  const { set } = await openReport([])
  const waiting = '  waiting   for a restart: port is 1, configured 2'
  expect((await set(2, 1)).filter((line) => line.startsWith('  waiting'))).toEqual([waiting])
  expect((await set(2, 2)).slice(0, 4)).toEqual([
    'reload by remote, manual: generation 2',
    '  changed   pool.max: 1 → 2',
    '  replaced  pool',
    waiting,
  ])
  expect(await set(1, 2)).toContain('  waiting   nothing any more')
})

it('tells what was refused', async () => {
  const { set } = await openReport([])
  expect(await set(1, 1_000)).toEqual([
    'reload by remote, manual: refused, still generation 1, N ms',
    expect.stringMatching(/^  refused   .*pool\.max: /),
  ])
})
