import { differingPlaces, ScenarioEnded } from '../lab.ts'
import type { VerifiedHook } from '../rules.ts'
import type { Scenario } from './scenario.ts'

function cancelling(
  hook: 'start' | 'check' | 'reload' | 'stop',
  needs: readonly VerifiedHook[],
  run: Scenario['run'],
): Scenario {
  return {
    question: `what its ${hook} does when it is cancelled`,
    hook,
    needs: [...needs, 'enabled'],
    suits: (definition) => definition[hook] !== undefined && (hook !== 'reload' || definition.config !== undefined),
    run,
  }
}

/** The signal of each hook in turn aborts while it is going on. */
export const cancellations: readonly Scenario[] = [
  cancelling('start', ['start'], async (lab) => {
    lab.treatment.cutShort = 'start'
    try {
      await lab.boot(0)
    } catch (error) {
      if (!(error instanceof ScenarioEnded)) throw error
    }
  }),
  cancelling('check', ['start', 'check'], async (lab) => {
    await lab.boot(0)
    lab.treatment.cutShort = 'check'
    await lab.reload(1)
    lab.treatment.cutShort = undefined
    await lab.change(1)
  }),
  cancelling('reload', ['start', 'check', 'reload'], async (lab) => {
    await lab.boot(0)
    const before = await lab.look()
    lab.treatment.cutShort = 'reload'
    const outcome = await lab.reload(1)
    lab.treatment.cutShort = undefined
    if (outcome.status === 'full_success') return
    const differing = differingPlaces(before, await lab.look())
    if (differing !== undefined)
      lab.parts.findings.add('half-undoes', 'reload', `cancelled and undone, it is not as before: ${differing}`)
  }),
  cancelling('stop', ['start', 'stop'], async (lab) => {
    await lab.boot(0)
    lab.treatment.cutShort = 'stop'
  }),
]
