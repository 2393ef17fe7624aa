import { isDeepStrictEqual } from 'node:util'
import { differingPlaces, type Lab } from '../lab.ts'
import type { Scenario } from './scenario.ts'

/** What leaves a tenant with what it had. */
const failed = ['refused', 'rolled_back', 'stuck'] as const

/** Changes what one tenant has, back and forth; then a later module fails, and the hook is cancelled. */
export const sharing: Scenario = {
  question: 'how it takes the changes of tenants',
  hook: 'reloadTenant',
  needs: ['start', 'enabled'],
  suits: ({ checkTenant, reloadTenant }) => checkTenant !== undefined || reloadTenant !== undefined,
  async run(lab) {
    const { overlays, calls } = lab.parts
    if (overlays.length < 2) return
    await lab.boot(0)
    await lab.changeTenant(0)
    const before = await lab.look()
    for (let overlay = 1; overlay < overlays.length; overlay += 1) {
      await lab.changeTenant(overlay)
      const target = await lab.look()
      await lab.changeTenant(0)
      compare(lab, { before, after: await lab.look(), target })
      const undos = calls.count('undo', 'scenario')
      lab.neighbour = 'fails'
      await lab.reloadTenant(overlay)
      lab.neighbour = 'agrees'
      const hook = calls.count('undo', 'scenario') > undos ? 'undo' : 'reloadTenant'
      compare(lab, { before, after: await lab.look(), target, hook })
    }
    for (const hook of ['checkTenant', 'reloadTenant'] as const) {
      await lab.changeTenant(0)
      lab.treatment.cutShort = hook
      const { status } = await lab.reloadTenant(1)
      lab.treatment.cutShort = undefined
      if (failed.some((each) => each === status)) compare(lab, { before, after: await lab.look(), target: undefined })
    }
  },
}

interface Comparison {
  readonly before: unknown
  readonly after: unknown
  /** How it was to become. */
  readonly target: unknown
  readonly hook?: 'undo' | 'reloadTenant'
}

function compare({ parts }: Lab, { before, after, target, hook = 'reloadTenant' }: Comparison): void {
  const differing = differingPlaces(before, after)
  if (differing === undefined) return
  if (isDeepStrictEqual(after, target))
    parts.findings.add('does-not-undo', hook, `back at what a tenant had, it still is as changed: ${differing}`)
  else parts.findings.add('half-undoes', hook, `back at what a tenant had, it is neither: ${differing}`)
}
