import { setImmediate as turn } from 'node:timers/promises'
import { healthy, systemClock } from 'trimtab'
import { createHealth } from '../../../packages/trimtab/dist/health/create-health.js'
import { compared } from '../measure/compare.ts'
import { type Case, interleave } from '../measure/interleave.ts'
import type { Measured } from '../measure/measured.ts'

const checkCount = 100
const batch = 200

/** One round of a hundred checks that have nothing to wait for: what is left is what a round costs by itself. */
export async function measure(): Promise<Measured> {
  const run = async () => healthy()
  const checks = Array.from({ length: checkCount }, (_, index) => ({
    name: `check${index}`,
    run,
  }))
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const health = createHealth({ clock: systemClock, random: Math.random, generation: () => 1, logger: silent })
  for (const check of checks) health.add(check)

  const times = await interleave(
    {
      own: batched(async () => (await health.check({ fresh: true })).readiness.status === 'healthy'),
      bare: batched(async () => (await Promise.all(checks.map((check) => check.run()))).length === checkCount),
    },
    { rounds: 81, warmUp: 20 },
  )
  await health.close()
  return [
    compared({
      name: 'a health round of 100 checks, deadlines enforced',
      unit: 'µs',
      times: times.own,
      peer: 'Promise.all without any',
      peerTimes: times.bare,
      limit: { atMost: 3 },
    }),
  ]
}

/** Between two rounds the loop turns: in a service they come seconds apart, and never in one go of microtasks. */
function batched(round: () => Promise<boolean>): Case {
  return async () => {
    let time = 0
    for (let count = 0; count < batch; count += 1) {
      await turn()
      const started = performance.now()
      if (!(await round())) throw new Error('A round failed.')
      time += performance.now() - started
    }
    return time / batch
  }
}
