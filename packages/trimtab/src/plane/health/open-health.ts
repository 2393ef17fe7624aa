import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { Remedy } from '../../health/check.ts'
import { createHealth, type HealthCore } from '../../health/create-health.ts'
import type { RemedyHost } from '../../health/remedies.ts'
import type { Module } from '../../modules/define-module.ts'
import { checkName, healthChecksOf } from '../../modules/health-hook.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { Disposers } from '../../primitives/disposers.ts'
import type { Logger } from '../../primitives/logger.ts'
import type { Random } from '../../primitives/random.ts'
import { siblingPhase } from '../../primitives/time/phase.ts'
import type { SourceStatus } from '../../reload/candidate/read-layers.ts'
import type { Engine } from '../../reload/engine.ts'
import type { Judge } from '../../reload/proof/judge.ts'
import type { Override } from '../../sources/override.ts'
import { ambientPid } from '../ambient.ts'
import type { PlaneOptions } from '../options.ts'
import type { AppliedOverride, PlaneState } from '../plane.ts'
import { createBakeJudge } from './bake-judge.ts'
import { bakeDefaults, planeHealthDefaults, withoutGaps } from './health-options.ts'
import { ModuleChecks } from './module-checks.ts'
import { createOwnChecks } from './own-checks.ts'

export interface PlaneHealthParts {
  readonly options: Pick<PlaneOptions, 'health' | 'checks' | 'bake' | 'modules' | 'random'>
  /** The name of this process among its siblings. */
  readonly instance: string
  /** Runs work for no tenant: what is found of the service is found for all. */
  readonly outside: <T>(work: () => T) => T
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly sources: () => readonly SourceStatus[]
  readonly bootedFrom: () => Extract<PlaneState, { kind: 'running' }>['bootedFrom']
}

/** What remedies are carried out with. */
interface RemedyHands {
  override(remedy: Remedy, check: string): Promise<AppliedOverride>
  isInForce(override: Override): boolean
}

export interface PlaneHealth {
  readonly health: HealthCore
  /** Who decides about commits. */
  readonly judge: Judge
  /** Keeps in step with what this engine does, from before its boot on. */
  follow(engine: Engine): void
  /** Something has happened to a source that no reload tells of. */
  lookAgain(): void
  /** How remedies set values; before that there is nobody to set them. */
  remedyWith(hands: RemedyHands): void
}

/**
 * The health of a plane: its checks, those of its modules, and its own. Throws `option_invalid` for checks that can't be.
 * Rounds begin when the boot has been committed: a service that is not there yet has no health.
 */
export function openHealth(parts: PlaneHealthParts, open: Disposers): PlaneHealth {
  const { options, instance, outside, clock, random, logger } = parts
  const { cacheFor, stuckUnready } = { ...planeHealthDefaults, ...withoutGaps(options.health ?? {}) }
  let engine: Engine | undefined
  let hands: RemedyHands | undefined
  const health = createHealth({
    clock,
    random,
    // Chance that was given, as by a test, is the chance that is wanted.
    phase: options.random === undefined ? siblingPhase({ name: instance, pid: ambientPid() }) : undefined,
    logger,
    cacheFor,
    generation: () => engine?.committed?.snapshot.generation ?? 0,
    clean: (text) => engine?.scrub(text) ?? text,
    remedies: remedyHost(options.health?.remedies?.atMost, () => hands),
    outside,
    isHeld: true,
  })
  open.add(() => health.close())
  for (const check of options.checks ?? []) health.add(check)
  checkModules(options, new Set((options.checks ?? []).map(({ name }) => name)))
  const ownJudge = createBakeJudge({ clock, health, options: { ...bakeDefaults, ...timesOf(options) } })

  let lookAgain = () => {}

  return {
    health,
    judge: options.bake?.judge ?? ownJudge,
    remedyWith(next) {
      hands = next
    },
    lookAgain: () => lookAgain(),
    follow(next) {
      engine = next
      lookAgain = createOwnChecks({ ...parts, health, engine: () => next, stuckUnready })
      const modules = new ModuleChecks(next, health, logger)
      next.events.on((event) => {
        switch (event.kind) {
          case 'started':
            // Before any module takes the change: its hooks may do to checks what they like.
            if (isOnGround(next)) ownJudge.remember(next)
            return
          case 'committed':
            // A boot is its own ground.
            if (event.previous === undefined) ownJudge.remember(next)
            modules.follow()
            health.begin()
            lookAgain()
            return
          case 'settled':
          case 'retired':
            modules.follow()
            lookAgain()
            return
          case 'pending_restart':
          case 'breaker':
          case 'stuck':
            lookAgain()
            return
          default:
        }
      })
    },
  }
}

/** Whether what can be gone back to is what is in force: it is the ground to judge on, also for commits on top of the next one. */
function isOnGround({ committed, refuge }: Engine): boolean {
  return committed !== undefined && (refuge === undefined || refuge === committed)
}

function timesOf({ bake = {} }: Pick<PlaneOptions, 'bake'>) {
  const { judge: _, ...times } = bake
  return withoutGaps(times)
}

/** What the checks of modules could be refused for when they come: it is refused now, before anything has been started. */
function checkModules({ modules = [], health }: PlaneHealthParts['options'], names: ReadonlySet<string>): void {
  const all = new Set<Module>(modules)
  for (const module of all) for (const dependency of module.definition.dependsOn ?? []) all.add(dependency)
  for (const { name: module, definition } of all) {
    for (const hook of healthChecksOf(definition.health)) {
      const name = checkName(module, hook.name)
      if (names.has(name))
        throw new TrimtabError(
          'option_invalid',
          `The module ${module} brings a health check ${name}, and the option checks has one of that name. Rename it.`,
        )
      if (hook.remedy !== undefined && health?.remedies === undefined)
        throw new TrimtabError(
          'option_invalid',
          `The health check ${name} has a remedy, and remedies are off. Set the option health.remedies to { atMost: 1 }.`,
        )
    }
  }
}

function remedyHost(atMost: number | undefined, handsOf: () => RemedyHands | undefined): RemedyHost | undefined {
  if (atMost === undefined) return undefined
  return {
    atMost,
    async apply(remedy, check) {
      const hands = handsOf()
      if (hands === undefined) return { refused: 'the plane is not there yet' }
      const { override, outcome } = await hands.override(remedy, check)
      if (override === undefined) return { refused: `the override ended as ${outcome.status}` }
      return { withdraw: () => override.withdraw(), isInForce: () => hands.isInForce(override) }
    },
  }
}
