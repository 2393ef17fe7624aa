import type { Scenario } from './read-features.ts'
import type { StepBook } from './step-book.ts'

/**
 * Takes the steps one after another in a world of their own; one that fails says where it is written. When `signal` aborts
 * no step is waited for any more, so that the world ends whatever hangs.
 */
export async function runScenario<World extends AsyncDisposable>(
  { steps }: Scenario,
  book: StepBook<World>,
  makeWorld: () => World,
  signal: AbortSignal,
): Promise<void> {
  await using world = makeWorld()
  const late = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('It took too long')), { once: true }),
  )
  late.catch(() => {})
  for (const step of steps) {
    try {
      await Promise.race([book.run(world, step), late])
    } catch (error) {
      // As an assertion's own message, so that vitest still shows what was expected and what was found.
      if (error instanceof Error) error.message = `${step.place}: ${step.written}\n${error.message}`
      throw error
    }
  }
}
