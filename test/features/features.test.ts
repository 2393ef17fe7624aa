/** The features, each scenario a test: what the product promises, in the words of those it is promised to. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readFeatures } from './binding/read-features.ts'
import { runScenario } from './binding/run-scenario.ts'
import { createStepBook } from './binding/step-book.ts'
import { changeSteps } from './steps/change-steps.ts'
import { moduleSteps } from './steps/module-steps.ts'
import { outcomeSteps } from './steps/outcome-steps.ts'
import { World } from './world/world.ts'

const features = readFeatures(fileURLToPath(new URL('../../features', import.meta.url)))
const book = createStepBook<World>()
for (const steps of [changeSteps, moduleSteps, outcomeSteps]) steps(book.step)

for (const { name, scenarios } of features)
  describe(name, () => {
    for (const scenario of scenarios) test(scenario.name, () => runScenario(scenario, book, () => new World()))
  })

test('every step that is defined is one that a feature speaks of', () => {
  expect(book.unused(features)).toEqual([])
})
