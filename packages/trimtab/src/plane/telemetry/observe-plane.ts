import type { SinkStatus } from '../../events/sink.ts'
import type { HealthStatus } from '../../health/check.ts'
import type { HealthAnswer } from '../../health/report.ts'
import type { SourceStatus } from '../../reload/candidate/read-layers.ts'
import type { Engine } from '../../reload/engine.ts'
import type { OutcomeStatus } from '../../reload/outcome.ts'
import type { Observing } from '../../telemetry/metrics.ts'
import type { ViolationCount } from '../../tenancy/guard/violation-counts.ts'
import type { TenantConfigs } from '../../tenancy/overlay/tenant-configs.ts'
import type { TenantId } from '../../tenancy/tenant-id.ts'
import type { TenantOverlays } from '../../tenancy/overlay/tenant-overlays.ts'
import type { PlaneState } from '../plane.ts'
import type { PlaneStore } from '../store/plane-stores.ts'
import type { EntryCounts } from './entry-counts.ts'
import type { ListenerTotals } from './listener-totals.ts'
import { observeStores } from './observe-stores.ts'
import type { TelemetryLabels } from './telemetry-labels.ts'

type BootedFrom = Extract<PlaneState, { kind: 'running' }>['bootedFrom']

/** What is looked at when somebody collects. */
export interface ObservedPlane {
  readonly engine: Engine
  readonly bootedFrom: BootedFrom
  readonly health: () => HealthAnswer
  readonly violations: () => readonly ViolationCount[]
  readonly tenants: { readonly configs: TenantConfigs; readonly overlays: TenantOverlays } | undefined
  readonly overrides: () => number
  readonly sources: () => readonly SourceStatus[]
  readonly stores: readonly PlaneStore[]
  /** What the listeners of the stores have heard; undefined where none has one. */
  readonly heard: () => ListenerTotals | undefined
  readonly entriesOf: EntryCounts
  readonly sinks: () => readonly SinkStatus[]
  /** Wall time of the last reload that ended with what is configured in force. */
  readonly convergedAt: () => number | undefined
}

/** Says how a plane is. Nothing is run for it. */
export function observePlane(plane: ObservedPlane, labels: TelemetryLabels, observe: Observing): void {
  observeReloads(plane, observe)
  observeHealth(plane.health(), labels, observe)
  observeTenancy(plane, labels, observe)
  observe('trimtab.overrides', plane.overrides(), {})
  for (const { name, age, staleSince } of plane.sources()) {
    const source = { 'trimtab.source': name }
    if (age !== undefined) observe('trimtab.source.age', age / 1_000, source)
    observe('trimtab.source.stale', staleSince === undefined ? 0 : 1, source)
  }
  observeStores(plane.stores, plane.heard(), observe)
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

function observeTenancy(
  { tenants, violations, entriesOf }: ObservedPlane,
  labels: TelemetryLabels,
  observe: Observing,
): void {
  const sums = new Map<string, ViolationCount>()
  for (const { kind, tenant, count } of violations()) {
    // The guard has a limit of its own; what it could not tell apart can't be told apart here.
    const label = tenant === noTenant ? tenant : labels.tenant(tenant)
    const key = `${kind} ${label}`
    sums.set(key, { kind, tenant: label, count: count + (sums.get(key)?.count ?? 0) })
  }
  for (const { kind, tenant, count } of sums.values()) {
    const label = tenant === noTenant ? undefined : tenant
    observe('trimtab.guard.violations', count, { 'trimtab.violation.kind': kind, 'trimtab.tenant': label })
  }
  if (tenants === undefined) return
  const { ids } = tenants.overlays
  let active = 0
  for (const id of ids) if (tenants.overlays.stateOf(id) === 'active') active += 1
  observe('trimtab.tenant.count', active, { 'trimtab.tenant.state': 'active' })
  observe('trimtab.tenant.count', ids.length - active, { 'trimtab.tenant.state': 'suspended' })
  const { troubles, overlays, counts } = tenants.configs
  const held = sumUp(troubles.keys(), labels, () => 1)
  for (const [tenant, count] of held) observe('trimtab.tenant.held', count, { 'trimtab.tenant': tenant })
  for (const [outcome, count] of Object.entries(counts))
    observe('trimtab.tenant.snapshots', count, { 'trimtab.snapshot.outcome': outcome })
  const entries = sumUp(overlays.keys(), labels, (id) => entriesOf(overlays.get(id)))
  for (const [tenant, count] of entries) observe('trimtab.overlay.entries', count, { 'trimtab.tenant': tenant })
}

/** Sums by label: those that have none of their own share one. */
function sumUp(
  ids: Iterable<TenantId>,
  labels: TelemetryLabels,
  valueOf: (id: TenantId) => number,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const id of ids) {
    const label = labels.tenant(id)
    sums.set(label, valueOf(id) + (sums.get(label) ?? 0))
  }
  return sums
}

/** What the guard counts under where no tenant was known. */
const noTenant = '_none'
