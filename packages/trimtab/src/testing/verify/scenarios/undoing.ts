import { isDeepStrictEqual } from 'node:util'
import { differingPlaces, type Lab } from '../lab.ts'
import { others, type Scenario } from './scenario.ts'

/** A later module fails, so that what was done is undone. */
export const undoing: Scenario = {
  question: 'whether it undoes',
  hook: 'undo',
  needs: ['start', 'check', 'reload', 'enabled'],
  suits: ({ config }) => config !== undefined,
  async run(lab, looks) {
    const { calls } = lab.parts
    await lab.boot(0)
    for (const tree of others(lab)) {
      const before = await lab.look()
      const reloads = calls.count('reload', 'scenario')
      const undos = calls.count('undo', 'scenario')
      lab.neighbour = 'fails'
      await lab.reload(tree)
      lab.neighbour = 'agrees'
      const isInPlace = calls.count('reload', 'scenario') > reloads
      const hook = !isInPlace ? 'start' : calls.count('undo', 'scenario') > undos ? 'undo' : 'reload'
      await compare(lab, { before, target: looks.get(tree), hook })
      await lab.change(tree)
      await lab.change(0)
    }
  },
}

async function compare(
  lab: Lab,
  { before, target, hook }: { before: unknown; target: unknown; hook: 'start' | 'reload' | 'undo' },
): Promise<void> {
  const { findings } = lab.parts
  const after = await lab.look()
  const differing = differingPlaces(before, after)
  if (differing === undefined) return
  if (hook === 'start')
    findings.add('disturbs-running', 'start', `a second one that was given up has changed the first: ${differing}`)
  else if (isDeepStrictEqual(after, target))
    findings.add('does-not-undo', hook, `undone, it still is as the reload made it: ${differing}`)
  else findings.add('half-undoes', hook, `undone, it is neither as before nor as the reload made it: ${differing}`)
}
