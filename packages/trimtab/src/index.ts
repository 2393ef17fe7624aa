export { type ErrorCode, type ErrorKind, errorCodes } from './errors/error-codes.ts'
export { isTrimtabError, TrimtabError } from './errors/trimtab-error.ts'
export {
  type CheckRole,
  type CheckTimings,
  degraded,
  type Finding,
  type Findings,
  type HealthCheck,
  type HealthCheckContext,
  type HealthKind,
  type HealthStatus,
  healthy,
  type Remedy,
  unhealthy,
} from './health/check.ts'
export { temporary } from './health/finding/temporary.ts'
export type { CollectOptions, Health, HealthEvent } from './health/health.ts'
export type { Aggregate, AggregateStatus, HealthAnswer, HealthReport } from './health/report.ts'
export type { PlaneEvents } from './events/bus.ts'
export type { CloudEvent } from './events/cloud-event.ts'
export type { EventData, EventType, TrimtabEvent } from './events/event-types.ts'
export type { EventSink, SinkHost, SinkStatus, SinkWriter } from './events/sink.ts'
export type { Change } from './model/change.ts'
export type { Changes } from './model/changes.ts'
export type { DeepReadonly } from './model/deep-readonly.ts'
export type { Layer } from './model/layer.ts'
export { type Location, type Origin, type PlacePart, printOrigin } from './model/origin.ts'
export { digestOf } from './model/digest.ts'
export type { Path, Segments } from './model/path.ts'
export { isSecret, Secret } from './model/secrecy/secret.ts'
export type { Snapshot } from './model/snapshot.ts'
export { type SourceName, sourceName } from './model/source-name.ts'
export {
  type CheckContext,
  defineModule,
  type EachModule,
  type HealthContext,
  type HookContext,
  type Module,
  type ModuleDefinition,
  type ModuleRef,
  type ModuleTimeouts,
  type ReloadContext,
  type StartContext,
  type StopContext,
  type TenantChangeContext,
  type Undo,
} from './modules/define-module.ts'
export type { HealthHook, HealthRun, ModuleHealth } from './modules/health-hook.ts'
export type { UnitId } from './modules/instance.ts'
export { type Refused, refusal } from './modules/refusal.ts'
export type { CloseOptions, CloseReport, Unfinished } from './plane/close.ts'
export { createPlane } from './plane/create-plane.ts'
export type { EventOptions } from './plane/events/event-options.ts'
export type { Contribution, Explanation } from './plane/explain.ts'
export type { BakeOptions, HealthOptions } from './plane/health/health-options.ts'
export { loadConfig } from './plane/load-config.ts'
export type { LoadConfigOptions } from './plane/on-demand/load-once.ts'
export type { PlaneOptions, ReferenceOptions, ReloadOptions } from './plane/options.ts'
export type {
  AppliedOverride,
  Plane,
  PlaneReloadOptions,
  PlaneState,
} from './plane/plane.ts'
export type { RunOptions } from './plane/run.ts'
export type { PlanePublishResult, PlanePublishTerms } from './plane/store/publish.ts'
export { type HeldFolder, holdFolder } from './plane/state/slot/hold-folder.ts'
export type { TelemetryOptions } from './plane/telemetry/telemetry-options.ts'
export type { TenantOptions } from './plane/tenants/tenant-options.ts'
export type { SeedResult, SeedTerms } from './plane/tenants/seed-tenant.ts'
export type { DrainReport, Tenants, TenantStatus } from './plane/tenants/tenants.ts'
export type { Selector, ValueChange, WatchOptions } from './plane/watchers.ts'
export { type Clock, systemClock, type Timer } from './primitives/time/clock.ts'
export type { Disposer } from './primitives/disposers.ts'
export type { Emitter } from './primitives/emitter.ts'
export type { Json, JsonArray, JsonObject } from './primitives/json.ts'
export type { Logger } from './primitives/logger.ts'
export type { Lease, Sharing } from './primitives/sharing.ts'
export type { Random } from './primitives/random.ts'
export type { BreakerOptions, BreakerState } from './reload/breaker.ts'
export type { OutsideCandidate } from './reload/candidate/candidate.ts'
export type { SourceStatus } from './reload/candidate/read-layers.ts'
export type { BakeCase, Judge, Verdict } from './reload/proof/judge.ts'
export type {
  Action,
  ModuleReport,
  Outcome,
  OutcomeStatus,
  RollbackCause,
  StuckModule,
  Trigger,
} from './reload/outcome.ts'
export type { PendingRestart } from './reload/plan/pending-restart.ts'
export type { Because, Plan, PlannedStep } from './reload/plan/plan.ts'
export { type ConfigDefinition, type ConfigOf, type ConfigSchema, defineConfig } from './schema/define-config.ts'
export { dynamic, perTenant, type SecretSchema, secret } from './schema/marks.ts'
export { type Problem, type ProblemCode, printProblem, problemsOf } from './schema/problem.ts'
export type { PathsOf, Section, ValueAt } from './schema/section.ts'
export type { Marks, ObjectShape, Shape } from './schema/shape.ts'
export { bytes, duration, type UnitOptions, type UnitSchema } from './schema/units.ts'
export { argsSource } from './sources/args.ts'
export { type DirectorySourceOptions, directorySource } from './sources/directory.ts'
export { type EnvSourceOptions, envSource } from './sources/env.ts'
export { type FileSourceOptions, fileSource } from './sources/file.ts'
export { type ObjectSourceOptions, objectSource } from './sources/object.ts'
export type { Override, OverrideTerms } from './sources/override.ts'
export { type PolledAnswer, type PolledContent, type PollingSourceOptions, pollingSource } from './sources/polling.ts'
export { type OverlayFolderOptions, overlayFolder } from './sources/overlays/overlay-folder.ts'
export type {
  ListedTenant,
  OverlayHomes,
  OverlayListing,
  OverlayReader,
  OverlaySource,
} from './sources/overlays/overlay-source.ts'
export type { ReferenceAllowList } from './sources/references/allow-list.ts'
export type { ReferenceFailure, ReferenceResolver } from './sources/references/resolver.ts'
export { type ReadingOptions, readingOf } from './sources/reading-of.ts'
export type {
  ReaderStatus,
  Reading,
  ReferenceTrust,
  Source,
  SourceCursor,
  SourceHost,
  SourceReader,
} from './sources/source.ts'
export type {
  ConfigStore,
  FeedStatus,
  HistoryQuery,
  PublishResult,
  PublishTerms,
  RegisteredSchema,
  Since,
  StoreEvent,
} from './store/config-store.ts'
export type { StoreOptions } from './store/create-config-store.ts'
export type { Cursor } from './store/cursor.ts'
export type { EnvironmentDocument, ScopeDocument } from './store/document.ts'
export type { Edit, StoredTenantState } from './store/edit.ts'
export { replay } from './store/history/replay.ts'
export { type ChainBreak, verifyChain } from './store/history/verify-chain.ts'
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './store/memory/memory-store.ts'
export type { PublishProblem, PublishProblemCode } from './store/publish-problem.ts'
export type { DisconnectReason, ListenerCounts, StoreListener } from './store/feed/listener-counts.ts'
export { type StoreSource, type StoreSourceOptions, storeSource } from './store/source/store-source.ts'
export type { OpenTenantStore } from './store/homes/home-options.ts'
export type { LeafChange, Revision, RevisionChange, RevisionDraft, TenantChange } from './store/revision.ts'
export type { TenantDirectory } from './tenancy/directory.ts'
export type {
  Access,
  Guard,
  GuardChange,
  GuardedWork,
  GuardEvent,
  GuardMode,
  ModeChange,
  WorkAccess,
} from './tenancy/guard/guard.ts'
export type { GuardOptions } from './tenancy/guard/guard-options.ts'
export type {
  GuardedClient,
  GuardedSql,
  SqlClient,
  SqlOptions,
  SqlPool,
  SqlResult,
  SqlRow,
} from './tenancy/guard/sql/sql-pool.ts'
export type { Violation, ViolationKind } from './tenancy/guard/violation.ts'
export type { TenantMiddlewareOptions } from './tenancy/middleware/admission.ts'
export { type FetchMiddleware, tenantFetch } from './tenancy/middleware/fetch-middleware.ts'
export { type NodeMiddleware, tenantMiddleware } from './tenancy/middleware/node-middleware.ts'
export type { TenantPlace } from './tenancy/middleware/tenant-place.ts'
export type { ViolationCount } from './tenancy/guard/violation-counts.ts'
export type { ViolationQuery } from './tenancy/guard/violation-ring.ts'
export type { TenantEvent, TenantState, TenantStep } from './tenancy/overlay/tenant-events.ts'
export type {
  TenantFailure,
  TenantModuleReport,
  TenantOutcome,
  TenantTrigger,
} from './tenancy/overlay/tenant-outcome.ts'
export type { TenantValueChange } from './tenancy/overlay/tenant-watches.ts'
export { isTenantId, parseTenantId, type TenantId } from './tenancy/tenant-id.ts'
export type { Tenant, TenantContext } from './tenancy/tenants.ts'
