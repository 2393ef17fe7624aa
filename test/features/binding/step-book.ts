import { CucumberExpression } from '@cucumber/cucumber-expressions'
import { type ArgumentsOf, parameterTypes } from '../parameter-types.ts'
import type { Attached, Feature, ScenarioStep } from './read-features.ts'

/** Says what a step does: its arguments come from the expression, and last what stands under it. */
export type DefineStep<World> = <Expression extends string>(
  expression: Expression,
  run: (world: World, ...given: [...ArgumentsOf<Expression>, Attached]) => unknown,
) => void

/** What the sentences of the features do. */
export interface StepBook<World> {
  readonly step: DefineStep<World>
  /** Does what the sentence says. Throws for one that nothing or more than one thing is defined for. */
  run(world: World, step: ScenarioStep): Promise<void>
  /** The expressions that no sentence of these features uses. */
  unused(features: readonly Feature[]): readonly string[]
}

interface Definition<World> {
  readonly expression: CucumberExpression
  readonly run: (world: World, given: readonly unknown[]) => unknown
}

export function createStepBook<World>(): StepBook<World> {
  const registry = parameterTypes()
  const definitions: Definition<World>[] = []
  const matching = (text: string) => definitions.filter(({ expression }) => expression.match(text) !== null)

  return {
    step(text, run) {
      if (definitions.some(({ expression }) => expression.source === text)) throw new Error(`Defined twice: ${text}`)
      definitions.push({
        expression: new CucumberExpression(text, registry),
        // The arguments are read off the same expression, by the types of the same parameters.
        run: (world, given) => run(world, ...(given as [...ArgumentsOf<typeof text>, Attached])),
      })
    },
    async run(world, { text, attached }) {
      const [found, other] = matching(text)
      if (found === undefined) throw new Error(`There is no step for: ${text}`)
      if (other !== undefined)
        throw new Error(`Two steps fit "${text}": "${found.expression.source}" and "${other.expression.source}"`)
      const given = found.expression.match(text) ?? []
      await found.run(world, [...given.map((argument) => argument.getValue(null)), attached])
    },
    unused(features) {
      const steps = features.flatMap(({ scenarios }) => scenarios.flatMap((scenario) => scenario.steps))
      const used = new Set(steps.flatMap(({ text }) => matching(text)))
      return definitions.filter((definition) => !used.has(definition)).map(({ expression }) => expression.source)
    },
  }
}
