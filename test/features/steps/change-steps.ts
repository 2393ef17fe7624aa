import { valueOf } from '../parameter-types.ts'
import type { Step } from '../world/world.ts'

/** What is configured, and what the operator asks for. */
export function changeSteps(step: Step): void {
  step('the shop is running', ({ shop }) => shop.start())
  step('the shop has just started', ({ shop }) => shop.begin())
  step('the configuration of the shop says:', ({ shop }, { rows }) => shop.change(editsOf(rows)))

  step('{path} is changed to {value}', ({ shop }, path, value) => shop.change({ [path]: value }))
  step('these are changed together:', ({ shop }, { rows }) => shop.change(editsOf(rows)))
  step('the configuration is changed {int} times more', async ({ shop }, count) => {
    for (let change = 1; change <= count; change += 1) await shop.change({ 'log.lines': 500 + change })
  })
  step('it is rehearsed that {path} is changed to {value}', ({ shop }, path, value) => shop.rehearse({ [path]: value }))

  step('the operator asks for a reload', ({ shop }) => shop.reload())
  step('the operator insists on a reload', ({ shop }) => shop.reload({ force: true }))
  step('the operator sets {path} to {value} for {time} because {string}', ({ shop }, path, value, time, reason) =>
    shop.override({ [path]: value }, { for: time, reason }),
  )
  step('the operator declares the shop sound', ({ shop }) => shop.plane.clearStuck())
  step('{time} pass(es)', ({ reader }, time) => reader.wait(time))
}

function editsOf(rows: readonly (readonly string[])[]) {
  return Object.fromEntries(rows.map(([path = '', value = '']) => [path, valueOf(value)]))
}
