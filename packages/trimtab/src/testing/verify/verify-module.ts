import { z } from 'zod'
import { createScrubber, secretTexts } from '../../model/secrecy/scrub.ts'
import type { Module } from '../../modules/define-module.ts'
import { loadConfig } from '../../plane/load-config.ts'
import { keptAlive, systemClock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { describeThrown } from '../../errors/trimtab-error.ts'
import { type ConfigDefinition, defineConfig } from '../../schema/define-config.ts'
import { objectSource } from '../../sources/object.ts'
import { Calls } from './calls/calls.ts'
import { createFindings, type Findings, type VerifyFinding } from './findings.ts'
import { Lab, type LabParts, misuse, ScenarioEnded } from './lab.ts'
import { limitsOf, type VerifyModuleOptions } from './options.ts'
import { cancellations } from './scenarios/cancelling.ts'
import { healing } from './scenarios/healing.ts'
import { living, reading, reloadingTwice } from './scenarios/living.ts'
import { refusing } from './scenarios/refusing.ts'
import type { Looks, Scenario } from './scenarios/scenario.ts'
import { sharing } from './scenarios/sharing.ts'
import { starting, stoppingTwice } from './scenarios/starting.ts'
import { undoing } from './scenarios/undoing.ts'

/**
 * Drives a module as a plane does, and as a plane does on a bad day, and gives what it does wrong: a module that hangs,
 * throws, ignores its signal, changes its input, is not idempotent, does not undo, keeps the loop, or leaves timers,
 * handles or listeners behind. Nothing that it does ends the verification, except an endless loop: run it in a worker
 * where that is to be feared. The list is empty where nothing was found.
 *
 * It takes real time, at most `budget`; the hooks of what the module depends on are called for real. Throws
 * `option_invalid` where it cannot be driven: contents that are refused by the schema, a dependency that fails.
 *
 * @example
 * const findings = await verifyModule(limiter, {
 *   config,
 *   trees: [{ limits: { requestsPerSecond: 10 } }, { limits: { requestsPerSecond: 20 } }],
 *   observe: ({ size }) => size,
 * })
 * findings.map(({ rule, hook, message }) => `${rule} ${hook}: ${message}`) // []
 */
export function verifyModule<Resource>(
  module: Module<Resource>,
  options: VerifyModuleOptions<Resource> = {},
): Promise<readonly VerifyFinding[]> {
  // What it waits for are timers that keep no process alive.
  return keptAlive(() => verify(module, options))
}

async function verify<Resource>(
  module: Module<Resource>,
  options: VerifyModuleOptions<Resource>,
): Promise<readonly VerifyFinding[]> {
  const { budget, ...limits } = limitsOf(options)
  const { observe, isDisposed, overlays = [] } = options
  const { config, trees } = contentsFor(module, options)
  const findings = createFindings(createScrubber(await secretsOf(config, trees)))
  const calls = new Calls(systemClock, findings, limits)
  const endsAt = systemClock.monotonic() + budget
  try {
    const parts: LabParts = {
      ...{ module, config, trees, overlays, calls, findings, isDisposed, deadline: limits.deadline },
      // The resource is the one that this very module gave.
      observe: observe === undefined ? undefined : (resource) => observe(resource as Resource),
    }
    await runAll(parts, endsAt)
    await calls.finish(endsAt - systemClock.monotonic())
    noteUndriven(module, calls, findings)
    const { reload, reloadTenant } = module.definition
    if ((reload ?? reloadTenant) !== undefined && observe === undefined)
      findings.add(
        'not-observed',
        reload === undefined ? 'reloadTenant' : 'reload',
        'has no option `observe`, so that its undo was not verified',
      )
    return findings.list()
  } finally {
    calls.close()
  }
}

async function runAll(parts: LabParts, endsAt: number): Promise<void> {
  const { findings, module, trees, calls } = parts
  const looks: Looks = new Map()
  const scenarios = [
    ...trees.map((_, index) => starting(index)),
    ...[refusing, living, undoing, reloadingTwice, reading, healing, sharing, ...cancellations, stoppingTwice],
  ]
  for (const scenario of scenarios) {
    const { suits, needs, hook, question } = scenario
    if (!suits(module.definition) || findings.has(needs, preventing)) continue
    const left = endsAt - systemClock.monotonic()
    const lab = new Lab(parts)
    calls.begin()
    const isOver = left <= 0 || !(await runOne(scenario, lab, looks, left))
    if (isOver) findings.add('not-finished', hook, `no time was left to see ${question}`)
  }
}

/** False where there was not enough time. */
async function runOne(scenario: Scenario, lab: Lab, looks: Looks, left: number): Promise<boolean> {
  const end = await runStep({
    clock: systemClock,
    timeout: left,
    run: async () => {
      try {
        await scenario.run(lab, looks)
      } catch (error) {
        if (!(error instanceof ScenarioEnded)) throw error
      } finally {
        await lab.close()
        await lab.parts.calls.noteLeft()
      }
    },
  })
  if (end.kind === 'failed') throw end.error
  return end.kind === 'done'
}

/** What keeps a hook from showing more of itself. */
const preventing = ['hook-hangs', 'hook-throws', 'throws-nothing', 'returns-late'] as const

function noteUndriven({ definition }: Module, calls: Calls, findings: Findings): void {
  for (const hook of ['enabled', 'check', 'reload', 'health', 'checkTenant', 'reloadTenant', 'stop'] as const) {
    if (definition[hook] === undefined || calls.count(hook, 'all') > 0) continue
    if (findings.has(['start', 'enabled', 'check'], preventing)) continue
    findings.add('hook-not-driven', hook, 'was never called by what the contents differ in')
  }
}

function contentsFor(
  { definition, name }: Module,
  { config, trees }: Pick<VerifyModuleOptions<never>, 'config' | 'trees'>,
): { readonly config: ConfigDefinition; readonly trees: readonly JsonObject[] } {
  if (definition.config !== undefined && (config === undefined || trees === undefined || trees.length < 2))
    throw misuse(
      `The module ${name} has a section. Give the options \`config\`, its schema, and \`trees\`, at least two contents.`,
      undefined,
    )
  return { config: config ?? defineConfig(z.object({})), trees: trees ?? [{}] }
}

/** The secrets of all contents, which are valid: throws `option_invalid` where one is not. */
async function secretsOf(config: ConfigDefinition, trees: readonly JsonObject[]): Promise<readonly string[]> {
  const texts: string[] = []
  for (const [index, tree] of trees.entries()) {
    try {
      texts.push(...secretTexts(await loadConfig({ config, sources: [objectSource(tree)], logger: false })))
    } catch (error) {
      throw misuse(`trees[${index}] is refused by the schema: ${describeThrown(error)}`, error)
    }
  }
  return texts
}
