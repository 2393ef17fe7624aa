import { printProblem } from 'trimtab'
import { expect } from 'vitest'
import { valueAt } from '../world/shop-config.ts'
import type { Step } from '../world/world.ts'

/** What happens to the file that the configuration stands in. */
export function fileSteps(step: Step): void {
  step('the shop reads the file:', ({ file }, { text }) => file.follow(text))
  step('the file is saved as:', ({ file }, { text }) => file.save(text))
  step('the file is deleted', ({ file }) => file.remove())

  step('in a moment the shop runs with {path} {value}', ({ shop }, path, value) =>
    shop.until(() => valueAt(shop.plane.config, path) === value),
  )
  step("the shop reports that it can't be read", ({ shop }) =>
    shop.until(() => shop.plane.lastOutcome?.status === 'load_failed'),
  )
  step('the report names the file and line {int}', ({ shop, file }, line) => {
    expect(shop.plane.lastOutcome?.problems.map(printProblem).join('\n')).toContain(`${file.path}:${line}:`)
  })
  step('{path} comes from line {int} of the file', ({ shop, file }, path, line) => {
    expect(shop.plane.explain(path).origin?.location).toMatchObject({ kind: 'file', file: file.path, line })
  })
}
