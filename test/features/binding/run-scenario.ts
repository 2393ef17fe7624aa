import type { Scenario } from './read-features.ts'
import type { StepBook } from './step-book.ts'

/** Takes the steps one after another in a world of their own; one that fails says where it is written. */
export async function runScenario<World extends AsyncDisposable>(
  { steps }: Scenario,
  book: StepBook<World>,
  makeWorld: () => World,
): Promise<void> {
  await using world = makeWorld()
  for (const step of steps) {
    try {
      await book.run(world, step)
    } catch (error) {
      // As an assertion's own message, so that vitest still shows what was expected and what was found.
      if (error instanceof Error) error.message = `${step.place}: ${step.written}\n${error.message}`
      throw error
    }
  }
}
