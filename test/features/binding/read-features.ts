import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AstBuilder, compile, GherkinClassicTokenMatcher, Parser } from '@cucumber/gherkin'
import { type GherkinDocument, IdGenerator, type Pickle, type PickleStep, type Step } from '@cucumber/messages'

/** What stands under a step. Without a table there are no rows, without a text it is empty. */
export interface Attached {
  readonly rows: readonly (readonly string[])[]
  readonly text: string
}

export interface ScenarioStep {
  /** As it is written, with its keyword. */
  readonly written: string
  readonly text: string
  /** `features/reload.feature:12`. */
  readonly place: string
  readonly attached: Attached
}

/** A scenario, or one row of an outline, with the steps of its background before its own. */
export interface Scenario {
  readonly name: string
  readonly steps: readonly ScenarioStep[]
}

export interface Feature {
  readonly name: string
  readonly scenarios: readonly Scenario[]
}

/** Every feature of the folder, in the order of the files' names. `shown` is how the folder is called for people. */
export function readFeatures(folder: string, shown = 'features'): readonly Feature[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.feature'))
    .sort()
    .map((name) => parseFeature(readFileSync(join(folder, name), 'utf8'), `${shown}/${name}`))
}

/** Throws with file and line for what is no Gherkin. */
export function parseFeature(text: string, file: string): Feature {
  const newId = IdGenerator.incrementing()
  const document = new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher()).parse(text)
  const written = new Map(stepsOf(document).map((step) => [step.id, step]))
  const scenarios = compile(document, file, newId).map((pickle: Pickle) => ({
    name: pickle.name,
    steps: pickle.steps.map((step) => scenarioStep(step, written.get(step.astNodeIds[0] ?? ''), file)),
  }))
  return { name: document.feature?.name ?? file, scenarios }
}

function scenarioStep({ text, argument }: PickleStep, step: Step | undefined, file: string): ScenarioStep {
  const rows = argument?.dataTable?.rows ?? []
  return {
    written: `${step?.keyword ?? ''}${text}`,
    text,
    place: `${file}:${step?.location.line ?? 0}`,
    attached: {
      rows: rows.map(({ cells }) => cells.map(({ value }) => value)),
      text: argument?.docString?.content ?? '',
    },
  }
}

function stepsOf({ feature }: GherkinDocument): readonly Step[] {
  const parts = (feature?.children ?? []).flatMap((child) => child.rule?.children ?? [child])
  return parts.flatMap(({ background, scenario }) => [...(background?.steps ?? []), ...(scenario?.steps ?? [])])
}
