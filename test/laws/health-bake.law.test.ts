import { expect, test } from 'vitest'
import { createHealth } from '../../packages/trimtab/src/health/create-health.ts'
import { createSnapshot } from '../../packages/trimtab/src/model/snapshot.ts'
import { createBakeJudge } from '../../packages/trimtab/src/plane/health/bake-judge.ts'
import { bakeDefaults } from '../../packages/trimtab/src/plane/health/health-options.ts'
import { silentLogger } from '../../packages/trimtab/src/primitives/logger.ts'
import { createManualClock } from '../../packages/trimtab/src/testing/manual-clock.ts'
import { seededRandom } from '../support/seeded-random.ts'

const names = ['db', 'queue', 'disk', 'api', 'loop']
const seeds = Array.from({ length: 20 }, (_, index) => index + 1)
const noise = 0.05
// All of it takes half a minute. Otherwise a tenth: the law of the judgement itself goes through all of it every time.
const share = process.env['TRIMTAB_SOAK'] === '1' ? 1 : 0.1
const [good, bad] = [1_000 * share, 200 * share]

function snapshotOf(generation: number) {
  const empty = { config: {}, written: {}, resolved: {}, layers: [] }
  return createSnapshot<object>({ ...empty, generation, digest: `d${generation}`, committedAt: 0 })
}

/** One service for a while: real rounds, quickened for as long as a commit is judged, under a clock that is moved by hand. */
async function live(seed: number, reloads: number, isBad: boolean): Promise<readonly ('stable' | 'unhealthy')[]> {
  const clock = createManualClock()
  const random = seededRandom(seed)
  let generation = 1
  let broken: string | undefined
  const health = createHealth({ clock, random, generation: () => generation, logger: silentLogger })
  for (const name of names) health.add({ name, run: () => random() < noise === (name === broken) })
  const judge = createBakeJudge({ clock, health, options: bakeDefaults })
  await clock.advance(60_000)

  const verdicts: ('stable' | 'unhealthy')[] = []
  for (let reload = 0; reload < reloads; reload += 1) {
    const stable = snapshotOf(generation)
    generation += 1
    judge.remember({ isProved: true })
    broken = isBad ? names[reload % names.length] : undefined
    let verdict: 'stable' | 'unhealthy' | undefined
    const asked = judge.judge(
      { reload: `r${reload}`, candidate: snapshotOf(generation), stable },
      new AbortController().signal,
    )
    void asked.then(({ kind }) => (verdict = kind))
    while (verdict === undefined) await clock.advance(500)
    verdicts.push(verdict)
    // What was undone works again.
    broken = undefined
    await clock.advance(isBad ? 30_000 : 1_000)
  }
  await health.close()
  expect(clock.pending).toBe(0)
  return verdicts
}

test(`of ${20 * good} good reloads of services whose 5 checks run with 5 % noise at most one is undone`, async () => {
  const verdicts: string[] = []
  for (const seed of seeds) verdicts.push(...(await live(seed, good, false)))
  expect(verdicts).toHaveLength(20 * good)
  expect(verdicts.filter((verdict) => verdict !== 'stable').length).toBeLessThanOrEqual(1)
}, 120_000)

test(`of ${20 * bad} bad ones none stays`, async () => {
  const verdicts: string[] = []
  for (const seed of seeds) verdicts.push(...(await live(1_000 + seed, bad, true)))
  expect(verdicts).toHaveLength(20 * bad)
  expect(verdicts.filter((verdict) => verdict === 'stable')).toEqual([])
}, 120_000)
