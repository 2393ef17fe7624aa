/** The features that need a real PostgreSQL, each scenario a test on every version there is. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { testServers } from '../support/postgres/database.ts'
import { readFeatures } from './binding/read-features.ts'
import { runScenario } from './binding/run-scenario.ts'
import { createStepBook } from './binding/step-book.ts'
import { rowSteps } from './steps/row-steps.ts'
import { RowsWorld } from './world/rows.ts'

const features = readFeatures(fileURLToPath(new URL('../../features/postgres', import.meta.url)), 'features/postgres')
const book = createStepBook<RowsWorld>()
rowSteps(book.step)

describe.each(testServers())('on PostgreSQL $version', (server) => {
  for (const { name, scenarios } of features)
    describe(name, () => {
      for (const scenario of scenarios)
        test(scenario.name, ({ signal }) => runScenario(scenario, book, () => new RowsWorld(server), signal))
    })
})

test('every step that is defined is one that a feature speaks of', () => {
  expect(book.unused(features)).toEqual([])
})
