import { differingPlaces } from '../lab.ts'
import { others, type Scenario } from './scenario.ts'

/** Checks whose reload does not happen: rehearsals, and reloads that another module refuses. */
export const refusing: Scenario = {
  question: 'what its check does where nothing follows',
  hook: 'check',
  needs: ['start', 'check', 'enabled'],
  suits: ({ check, config }) => check !== undefined && config !== undefined,
  async run(lab) {
    const { treatment, parts } = lab
    await lab.boot(0)
    const before = await lab.look()
    treatment.disposals = true
    for (const tree of others(lab)) {
      treatment.failsAs = undefined
      await lab.reload(tree, { dryRun: true })
      treatment.failsAs = { hook: 'check', rule: 'check-not-repeatable' }
      await lab.reload(tree, { dryRun: true })
      lab.neighbour = 'refuses'
      await lab.reload(tree)
      lab.neighbour = 'agrees'
    }
    const changed = differingPlaces(before, await lab.look())
    if (changed !== undefined)
      parts.findings.add('check-has-effects', 'check', `changed the running resource: ${changed}`)
    treatment.disposals = false
    for (const tree of others(lab)) await lab.change(tree)
  },
}
