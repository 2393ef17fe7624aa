import type { HookScript, RecordedHook, ScriptStep } from 'trimtab/testing'
import { expect } from 'vitest'
import { moduleCalls } from '../world/module-calls.ts'
import type { Step, World } from '../world/world.ts'

const no = { kind: 'reject', error: new Error('it is not possible') } as const

/** Each attempt goes like this, and taking it back works: the two are calls of one hook. */
const everyOther = (attempt: ScriptStep): readonly ScriptStep[] =>
  Array.from({ length: 20 }, (_, call) => (call % 2 === 0 ? attempt : 'ok'))

/** What modules do with a change, and what was done to them. */
export function moduleSteps(step: Step): void {
  const script = (hook: RecordedHook, steps: HookScript) => {
    return ({ shop }: World, module: string) => shop.recording.script(module, hook, steps)
  }
  step('{word} refuses what it is offered', script('check', no))
  step('{word} fails to take up a change', script('reload', everyOther(no)))
  step('{word} can neither take up a change nor take it back', script('reload', no))
  step('{word} never finishes taking up a change', script('reload', everyOther('hang')))
  step('{word} never finishes stopping', script('stop', 'hang'))
  step('{word} can take up changes again', script('reload', 'ok'))

  step('the change is taken up by {names}', ({ shop }, names) => {
    expect(moduleCalls(shop.recording.calls).taken).toEqual(names)
  })
  step('it is taken back by {names}', ({ shop }, names) => {
    expect(moduleCalls(shop.recording.calls).takenBack).toEqual(names)
  })
  step('no module is even asked', ({ shop }) => {
    expect(shop.recording.calls).toEqual([])
  })
  step('no module is touched', ({ shop }) => {
    expect(moduleCalls(shop.recording.calls).touched).toEqual([])
  })
}
