import { isDeepStrictEqual } from 'node:util'
import { describeThrown, TrimtabError } from '../../errors/trimtab-error.ts'
import { diffTrees } from '../../model/diff.ts'
import { defineModule, type Module } from '../../modules/define-module.ts'
import { createPlane } from '../../plane/create-plane.ts'
import type { Plane } from '../../plane/plane.ts'
import { systemClock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { Outcome } from '../../reload/outcome.ts'
import type { ConfigDefinition } from '../../schema/define-config.ts'
import type { Source } from '../../sources/source.ts'
import { scriptedOverlays } from '../scripted-overlays.ts'
import { scriptedSource } from '../scripted-source.ts'
import type { TenantOutcome } from '../../tenancy/overlay/tenant-outcome.ts'
import type { Calls } from './calls/calls.ts'
import type { Findings } from './findings.ts'
import { instrument, type Treatment } from './instrument.ts'
import type { ReportInspection } from './report.ts'

export interface LabParts {
  readonly module: Module
  readonly config: ConfigDefinition
  readonly trees: readonly JsonObject[]
  readonly overlays: readonly JsonObject[]
  readonly calls: Calls
  readonly findings: Findings
  readonly deadline: number
  readonly observe: ((resource: unknown) => unknown) | undefined
  readonly isDisposed: ((prepared: unknown) => boolean) | undefined
}

/** A scenario cannot go on: what there was to find has been found. */
export class ScenarioEnded extends Error {}

/** Whose overlays are changed. */
const tenant = 'verified'

/** What of a plane does not depend on its schema. */
type DrivenPlane = Pick<Plane<unknown>, 'reload' | 'use' | 'health' | 'close'> & {
  readonly tenants: Pick<Plane<unknown>['tenants'], 'reload'>
}

/** A plane of the module, what it depends on, and a neighbour that refuses or fails when it is told to. */
export class Lab {
  readonly parts: LabParts
  readonly treatment: Treatment = {
    cutShort: undefined,
    twice: undefined,
    failsAs: undefined,
    disposals: false,
    inputs: undefined,
  }
  /** What the neighbour does to the next reloads, after the module has done its part. */
  neighbour: 'agrees' | 'refuses' | 'fails' = 'agrees'
  /** What the health checks of the module reported, by check and key. */
  readonly reports = new Map<string, ReportInspection[]>()
  readonly #source = scriptedSource({ name: 'verify' })
  readonly #module: Module
  readonly #overlays = scriptedOverlays()
  #plane: DrivenPlane | undefined

  constructor(parts: LabParts) {
    this.parts = parts
    const { module, calls, findings, deadline, isDisposed } = parts
    const look = (resource: unknown, key: string | undefined) =>
      this.#observe(key === undefined ? resource : new Map([[key, resource]]))
    this.#module = instrument(module, {
      reports: this.reports,
      calls,
      findings,
      treatment: this.treatment,
      deadline,
      look,
      isDisposed,
    })
  }

  /** Starts the module on one of the contents. */
  async boot(tree: number): Promise<void> {
    this.#source.set(this.#tree(tree))
    const { config, deadline, overlays } = this.parts
    const timeouts = { startTimeout: 10 * deadline, stopTimeout: deadline, drainTimeout: deadline }
    try {
      this.#plane = await createPlane({
        config,
        sources: [unwatched(this.#source)],
        modules: [this.#module, this.#createNeighbour()],
        reload: timeouts,
        ...(overlays.length === 0 ? {} : { tenants: { overlays: this.#overlays } }),
        // The longest wait before a failed reload is tried again: nothing happens beside what the scenario does.
        random: () => 0.999,
        logger: false,
      })
    } catch (error) {
      throw this.#ending(`The module could not be started on trees[${tree}]: ${describeThrown(error)}`, error)
    }
  }

  /** Goes to one of the contents. */
  async reload(tree: number, { dryRun = false } = {}): Promise<Outcome> {
    this.#source.set(this.#tree(tree))
    return this.#running().reload({ dryRun, force: true, skipBake: true })
  }

  /** As `reload`, where only success lets the scenario go on. */
  async change(tree: number): Promise<Outcome> {
    const outcome = await this.reload(tree)
    if (outcome.status === 'full_success' || outcome.status === 'unchanged') return outcome
    const why = outcome.problems.map(({ message }) => message).join('; ')
    throw this.#ending(`The reload to trees[${tree}] ended as ${outcome.status}: ${why}`, undefined)
  }

  /** Goes to one of the overlays of the tenant. */
  async reloadTenant(overlay: number): Promise<TenantOutcome> {
    this.#overlays.set(tenant, this.parts.overlays[overlay])
    return this.#running().tenants.reload(tenant)
  }

  /** As `reloadTenant`, where only success lets the scenario go on. */
  async changeTenant(overlay: number): Promise<void> {
    const { status, problems } = await this.reloadTenant(overlay)
    if (status === 'applied' || status === 'unchanged') return
    const why = problems.map(({ message }) => message).join('; ')
    throw this.#ending(`The reload of a tenant to overlays[${overlay}] ended as ${status}: ${why}`, undefined)
  }

  /** What the running resource looks like; undefined where nobody can tell. */
  async look(): Promise<unknown> {
    if (this.parts.observe === undefined) return undefined
    try {
      return await this.#running().use(this.#module, (resource) => this.#observe(resource))
    } catch (error) {
      if (error instanceof TrimtabError && error.code === 'module_failed') return undefined
      throw error
    }
  }

  /** Runs every health check now. */
  async checkHealth(): Promise<void> {
    await this.#running().health.check({ fresh: true })
  }

  async close(): Promise<void> {
    await this.#plane?.close()
  }

  #tree(index: number): JsonObject {
    return this.parts.trees[index] ?? {}
  }

  #running(): DrivenPlane {
    if (this.#plane === undefined) throw new ScenarioEnded('nothing runs')
    return this.#plane
  }

  async #observe(resource: unknown): Promise<unknown> {
    const { observe, deadline } = this.parts
    if (observe === undefined) return undefined
    const end = await runStep({ clock: systemClock, timeout: deadline, run: () => observe(resource) })
    try {
      if (end.kind === 'done') return structuredClone(end.value)
    } catch (error) {
      throw misuse(`\`observe\` gave what is no plain data: ${describeThrown(error)}`, error)
    }
    const why = end.kind === 'failed' ? describeThrown(end.error) : `did not answer within ${deadline} ms`
    throw misuse(`\`observe\` failed: ${why}`, end.kind === 'failed' ? end.error : undefined)
  }

  /** Ends the scenario where the module has shown why; otherwise it is not the module that is at fault. */
  #ending(message: string, cause: unknown): Error {
    return this.parts.calls.isTroubled ? new ScenarioEnded(message) : misuse(message, cause)
  }

  #createNeighbour(): Module {
    const fail = () => {
      if (this.neighbour === 'fails') throw new Error('failed by the verification')
    }
    return defineModule({
      name: 'trimtab-verify-neighbour',
      config: this.#module.definition.config,
      dependsOn: [this.#module],
      start: () => undefined,
      check: () => {
        if (this.neighbour === 'refuses') throw new Error('refused by the verification')
      },
      reload: fail,
      ...(this.parts.overlays.length === 0 ? {} : { reloadTenant: fail }),
    })
  }
}

/** The places in which two looks at a resource differ; undefined where they don't. */
export function differingPlaces(before: unknown, after: unknown): string | undefined {
  if (isDeepStrictEqual(before, after)) return undefined
  const places = diffTrees({ resource: before }, { resource: after }).map(({ path }) => path)
  return places.length === 0 ? 'resource' : places.slice(0, 5).join(', ')
}

export function misuse(message: string, cause: unknown): TrimtabError {
  return new TrimtabError('option_invalid', message, cause === undefined ? {} : { cause })
}

/** Is read when the verification says so, and not because it changed. */
function unwatched(source: Source): Source {
  return {
    ...source,
    follows: 'never',
    open(host) {
      const reader = source.open(host)
      return { read: (signal) => reader.read(signal), close: () => reader.close() }
    },
  }
}
