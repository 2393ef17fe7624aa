/** The features, each scenario a test: what the product promises, in the words of those it is promised to. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readFeatures } from './binding/read-features.ts'
import { runScenario } from './binding/run-scenario.ts'
import { createStepBook } from './binding/step-book.ts'
import { changeSteps } from './steps/change-steps.ts'
import { fileSteps } from './steps/file-steps.ts'
import { guardSteps } from './steps/guard-steps.ts'
import { healthSteps } from './steps/health-steps.ts'
import { judgingSteps } from './steps/judging-steps.ts'
import { moduleSteps } from './steps/module-steps.ts'
import { outcomeSteps } from './steps/outcome-steps.ts'
import { publishingSteps } from './steps/publishing-steps.ts'
import { readerSteps } from './steps/reader-steps.ts'
import { requestSteps } from './steps/request-steps.ts'
import { secretSteps } from './steps/secret-steps.ts'
import { tenantLifeSteps } from './steps/tenant-life-steps.ts'
import { tenantSteps } from './steps/tenant-steps.ts'
import { World } from './world/world.ts'

const features = readFeatures(fileURLToPath(new URL('../../features', import.meta.url)))
const book = createStepBook<World>()
const subjects = [
  changeSteps,
  fileSteps,
  guardSteps,
  healthSteps,
  judgingSteps,
  moduleSteps,
  outcomeSteps,
  publishingSteps,
  readerSteps,
  requestSteps,
  secretSteps,
  tenantLifeSteps,
  tenantSteps,
]
for (const steps of subjects) steps(book.step)

for (const { name, scenarios } of features)
  describe(name, () => {
    for (const scenario of scenarios)
      test(scenario.name, ({ signal }) => runScenario(scenario, book, () => new World(), signal))
  })

test('every step that is defined is one that a feature speaks of', () => {
  expect(book.unused(features)).toEqual([])
})
