import { differingPlaces } from '../lab.ts'
import type { Scenario } from './scenario.ts'

/** Starts and stops on one of the contents. */
export function starting(tree: number): Scenario {
  return {
    question: `how it starts and stops on trees[${tree}]`,
    hook: 'start',
    needs: ['start', 'enabled'],
    suits: () => true,
    async run(lab, looks) {
      await lab.boot(tree)
      const look = await lab.look()
      looks.set(tree, look)
      const moved = differingPlaces(look, await lab.look())
      if (moved !== undefined)
        lab.parts.findings.add('observation-moves', 'start', `differs from one look to the next: ${moved}`)
    },
  }
}

export const stoppingTwice: Scenario = {
  question: 'whether it can be stopped twice',
  hook: 'stop',
  needs: ['start', 'stop', 'enabled'],
  suits: ({ stop }) => stop !== undefined,
  async run(lab) {
    await lab.boot(0)
    lab.treatment.twice = 'stop'
  },
}
