import type { SinkStatus } from '../../events/sink.ts'
import type { HealthStatus } from '../../health/check.ts'
import type { HealthAnswer } from '../../health/report.ts'
import type { SourceStatus } from '../../reload/candidate/read-layers.ts'
import type { Engine } from '../../reload/engine.ts'
import type { OutcomeStatus } from '../../reload/outcome.ts'
import type { Observing } from '../../telemetry/metrics.ts'
import type { ViolationCount } from '../../tenancy/guard/violation-counts.ts'
import type { PlaneState } from '../plane.ts'
import type { PlaneStore } from '../store/plane-stores.ts'
import type { OpenTenants } from '../tenants/open-tenants.ts'
import { createEntryCounts, type EntryCounts } from './entry-counts.ts'
import { createStoresObserver } from './observe-stores.ts'
import { sumByTenant, type TelemetryLabels } from './telemetry-labels.ts'

type BootedFrom = Extract<PlaneState, { kind: 'running' }>['bootedFrom']

/** What is looked at when somebody collects. */
export interface ObservedPlane {
  readonly engine: Engine
  readonly bootedFrom: BootedFrom
  readonly health: () => HealthAnswer
  readonly violations: () => readonly ViolationCount[]
  readonly tenants: Pick<OpenTenants, 'configs' | 'overlays' | 'ownHomes'> | undefined
  readonly overrides: () => number
  readonly sources: () => readonly SourceStatus[]
  readonly stores: readonly PlaneStore[]
  readonly sinks: () => readonly SinkStatus[]
  /** Wall time of the last reload that ended with what is configured in force. */
  readonly convergedAt: () => number | undefined
}

/** Makes what says how a plane is, whenever somebody collects. Nothing is run for it. */
export function createPlaneObserver(labels: TelemetryLabels): (plane: ObservedPlane, observe: Observing) => void {
  const entriesOf = createEntryCounts()
  const observeStores = createStoresObserver(labels)
  return (plane, observe) => {
    observeReloads(plane, observe)
    observeHealth(plane.health(), labels, observe)
    observeViolations(plane.violations(), labels, observe)
    if (plane.tenants !== undefined) observeTenants(plane.tenants, entriesOf, labels, observe)
    observeStores(plane, observe)
    observeEnds(plane, observe)
  }
}

/** Where content comes from, and where events go. */
function observeEnds(plane: ObservedPlane, observe: Observing): void {
  observe('trimtab.overrides', plane.overrides(), {})
  for (const { name, age, staleSince } of plane.sources()) {
    const source = { 'trimtab.source': name }
    if (age !== undefined) observe('trimtab.source.age', age / 1_000, source)
    observe('trimtab.source.stale', staleSince === undefined ? 0 : 1, source)
  }
  for (const { name, delivered, lost, waiting } of plane.sinks()) {
    const sink = { 'trimtab.sink': name }
    observe('trimtab.events.delivered', delivered, sink)
    observe('trimtab.events.lost', lost, sink)
    observe('trimtab.events.waiting', waiting, sink)
  }
}

/** Exactly the statuses there are. */
const outcomeStatuses = Object.keys({
  unchanged: 0,
  full_success: 0,
  partial_applied: 0,
  validation_failed: 0,
  load_failed: 0,
  rolled_back: 0,
  stuck: 0,
  circuit_open: 0,
} satisfies Record<OutcomeStatus, 0>)

function observeReloads({ engine, bootedFrom, convergedAt }: ObservedPlane, observe: Observing): void {
  const { committed, breaker, outcomes, baking, stuck } = engine
  const generation = committed?.snapshot.generation ?? 0
  observe('trimtab.generation', generation, {})
  observe('trimtab.restart.pending', committed?.pending.length ?? 0, {})
  observe('trimtab.module.stuck', stuck.length, {})
  observe('trimtab.bake.active', baking ? 1 : 0, {})
  observe('trimtab.breaker.failures', breaker.kind === 'closed' ? 0 : breaker.failures, {})
  for (const state of ['closed', 'failing', 'open'] as const)
    observe('trimtab.breaker.state', breaker.kind === state ? 1 : 0, { 'trimtab.breaker.state': state })
  // The first generation is what the plane was started with; later ones came from what is configured.
  const runsOn: BootedFrom = generation > 1 ? 'configured' : bootedFrom
  for (const from of ['configured', 'last_known_good', 'fallback'] as const)
    observe('trimtab.running', runsOn === from ? 1 : 0, { 'trimtab.boot.from': from })

  const last = outcomes[0]?.status
  if (last === undefined) return
  for (const status of outcomeStatuses)
    observe('trimtab.reload.last', last === status ? 1 : 0, { 'trimtab.reload.status': status })
  const at = convergedAt()
  if (at !== undefined) observe('trimtab.reload.last_success.time', at / 1_000, {})
}

const severities = { healthy: 0, degraded: 1, unhealthy: 2, unknown: 3 } as const satisfies Record<HealthStatus, number>

function observeHealth(answer: HealthAnswer, labels: TelemetryLabels, observe: Observing): void {
  for (const question of ['health', 'readiness', 'liveness', 'startup'] as const)
    observe('trimtab.health.status', severities[answer[question].status], { 'trimtab.health.question': question })
  const worst = new Map<string, number>()
  for (const { check, status } of answer.reports) {
    const label = labels.check(check)
    worst.set(label, Math.max(worst.get(label) ?? 0, severities[status]))
  }
  for (const [check, severity] of worst) observe('trimtab.check.status', severity, { 'trimtab.check': check })
}

function observeViolations(violations: readonly ViolationCount[], labels: TelemetryLabels, observe: Observing): void {
  const sums = new Map<string, ViolationCount>()
  for (const { kind, tenant, count } of violations) {
    // The guard has a limit of its own; what it could not tell apart can't be told apart here.
    const label = tenant === noTenant ? tenant : labels.tenant(tenant)
    const key = `${kind} ${label}`
    sums.set(key, { kind, tenant: label, count: count + (sums.get(key)?.count ?? 0) })
  }
  for (const { kind, tenant, count } of sums.values()) {
    const label = tenant === noTenant ? undefined : tenant
    observe('trimtab.guard.violations', count, { 'trimtab.violation.kind': kind, 'trimtab.tenant': label })
  }
}

function observeTenants(
  { configs, overlays: roster }: NonNullable<ObservedPlane['tenants']>,
  entriesOf: EntryCounts,
  labels: TelemetryLabels,
  observe: Observing,
): void {
  const { ids } = roster
  let active = 0
  for (const id of ids) if (roster.stateOf(id) === 'active') active += 1
  observe('trimtab.tenant.count', active, { 'trimtab.tenant.state': 'active' })
  observe('trimtab.tenant.count', ids.length - active, { 'trimtab.tenant.state': 'suspended' })
  const { troubles, overlays, counts } = configs
  const held = sumByTenant(troubles.keys(), labels, () => 1)
  for (const [tenant, count] of held) observe('trimtab.tenant.held', count, { 'trimtab.tenant': tenant })
  for (const [outcome, count] of Object.entries(counts))
    observe('trimtab.tenant.snapshots', count, { 'trimtab.snapshot.outcome': outcome })
  const entries = sumByTenant(overlays.keys(), labels, (id) => entriesOf(overlays.get(id)))
  for (const [tenant, count] of entries) observe('trimtab.overlay.entries', count, { 'trimtab.tenant': tenant })
}

/** What the guard counts under where no tenant was known. */
const noTenant = '_none'
