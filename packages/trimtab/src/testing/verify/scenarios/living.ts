import type { Belonging } from '../calls/belongings.ts'
import { differingPlaces, type Lab } from '../lab.ts'
import { createInputs } from '../inputs.ts'
import { type Looks, others, type Scenario } from './scenario.ts'

const rounds = 3

/** To each of the contents and back, several times. */
export const living: Scenario = {
  question: 'what reloads leave behind',
  hook: 'reload',
  needs: ['start', 'stop', 'enabled'],
  suits: ({ config }) => config !== undefined,
  async run(lab, looks) {
    const { calls } = lab.parts
    await lab.boot(0)
    const counts = [(await calls.settled(() => true)).length]
    let open: readonly Belonging[] = []
    for (let round = 0; round < rounds; round += 1) {
      for (const tree of others(lab)) {
        await changeAndCompare(lab, looks, tree)
        await changeAndCompare(lab, looks, 0)
      }
      const before = counts.at(-1) ?? 0
      open = await calls.settled((now) => now.length <= before)
      counts.push(open.length)
    }
    calls.noteGrowth(counts, open)
  },
}

async function changeAndCompare(lab: Lab, looks: Looks, tree: number): Promise<void> {
  const { calls, findings } = lab.parts
  const before = calls.count('reload', 'scenario')
  await lab.change(tree)
  if (calls.count('reload', 'scenario') === before || !looks.has(tree)) return
  const differing = differingPlaces(looks.get(tree), await lab.look())
  if (differing !== undefined)
    findings.add('reload-differs', 'reload', `reloaded to trees[${tree}] it is not as started on it: ${differing}`)
}

export const reloadingTwice: Scenario = {
  question: 'whether its reload is idempotent',
  hook: 'reload',
  needs: ['start', 'check', 'reload', 'enabled'],
  suits: ({ reload }) => reload !== undefined,
  async run(lab) {
    await lab.boot(0)
    lab.treatment.twice = 'reload'
    for (const tree of others(lab)) {
      await lab.change(tree)
      await lab.change(0)
    }
  },
}

/** With sections that can be changed, to see who does. */
export const reading: Scenario = {
  question: 'whether it changes what it is given',
  hook: 'start',
  needs: ['start', 'enabled'],
  suits: ({ config }) => config !== undefined,
  async run(lab) {
    const inputs = createInputs()
    lab.treatment.inputs = inputs
    try {
      await lab.boot(0)
      for (const tree of others(lab)) await lab.change(tree)
      await lab.change(0)
    } finally {
      for (const hook of inputs.changed())
        lab.parts.findings.add('mutates-input', hook, 'changed the section it was given')
    }
  },
}
