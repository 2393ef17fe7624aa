import { type Changes, createChanges } from '../../model/changes.ts'
import { diffTrees } from '../../model/diff.ts'
import { createRedaction, type RedactionBasis } from '../../model/secrecy/redaction.ts'
import { createScrubber, secretTexts } from '../../model/secrecy/scrub.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { ConfigDefinition } from '../../schema/define-config.ts'
import type { Problem } from '../../schema/problem.ts'
import type { References } from '../../sources/references.ts'
import type { TenantId } from '../tenant-id.ts'
import { admitOverlay } from './admit-overlay.ts'
import { effectiveConfig, originFor, writtenFor } from './effective.ts'
import type { OverlayRead } from './read-overlay.ts'
import type { TenantApplied, TenantApplier, TenantSide } from './tenant-applier.ts'
import type { TenantConfigs, TenantContent } from './tenant-configs.ts'
import type { TenantFailure, TenantModuleReport, TenantOutcome, TenantTrigger } from './tenant-outcome.ts'
import { ownSecretTexts, type TenantSecrets } from './tenant-secrets.ts'

export interface ReloadTenantParts {
  readonly definition: ConfigDefinition
  readonly configs: TenantConfigs
  readonly applier: TenantApplier
  readonly references: References
  readonly basis: RedactionBasis
  readonly secrets: TenantSecrets
  /** Texts that are secret for all tenants. */
  readonly sharedSecrets: () => readonly string[]
}

/** How a tenant's reload ended, before it is dated. */
export type TenantEnd = {
  readonly problems: readonly Problem[]
  readonly modules: readonly TenantModuleReport[]
} & (
  | { readonly status: 'refused' | 'unreadable' }
  | { readonly status: 'unchanged'; readonly next: object }
  | {
      readonly status: 'applied'
      readonly changes: Changes
      /** What it read before; undefined where it had nothing that could be read. */
      readonly previous: object | undefined
      readonly next: object
    }
  | { readonly status: 'rolled_back'; readonly cause: TenantFailure }
  | { readonly status: 'stuck'; readonly cause: TenantFailure; readonly stuck: readonly TenantFailure[] }
)

export interface ReloadTenantRequest {
  readonly tenant: TenantId
  /** What was read; or, where only what all share has changed, what is in force. */
  readonly read: OverlayRead
  /** What modules run on for it, where it is not what it reads. */
  readonly applied: object | undefined
  /** Whether what is configured for it is something else, which it could not have. */
  readonly isStillHeld?: boolean | undefined
  /** Told why it can't have it, and keeps it on what it has. */
  readonly hold: (problems: readonly Problem[]) => void | Promise<void>
  readonly signal: AbortSignal
}

/**
 * Takes one tenant to an overlay that was read: everything fallible, then one assignment. Whatever goes wrong, the tenant
 * keeps what it has, and nobody else is touched.
 */
export async function reloadTenant(parts: ReloadTenantParts, request: ReloadTenantRequest): Promise<TenantEnd> {
  const { definition, configs, applier } = parts
  const { tenant, read, signal } = request
  const { shared } = configs
  if (shared === undefined) throw new Error('A tenant is reloaded before there is anything shared')
  const end = async (
    status: 'refused' | 'unreadable',
    problems: readonly Problem[],
    modules: TenantEnd['modules'] = [],
  ) => {
    if (!signal.aborted) await request.hold(problems)
    return { status, problems, modules } as const
  }
  if (read.kind !== 'read') return end(read.kind, read.problems)

  const { content } = read
  const effective = checkOverlay(definition, shared, content)
  if (!effective.ok) return end('refused', effective.problems)
  const { config } = effective
  const warnings = [...read.warnings, ...effective.warnings]
  // At the boot nobody has read anything yet: then it is told what tenants have otherwise than all.
  const reads = configs.peek(tenant) ?? (configs.isLoaded ? undefined : shared.config)
  const before = request.applied ?? reads
  const changes = changesOf(parts, { tenant, before: before ?? {}, next: config, content, shared })

  const own = ownSecrets(parts, content, config, shared)
  parts.secrets.show(own)
  const inForce = configs.overlays.get(tenant)
  const applied: TenantApplied = applier.isNeeded
    ? await applier.apply({
        tenant,
        previous: { config: before ?? shared.config, written: writtenFor(shared, inForce?.layer) },
        next: { config, written: writtenFor(shared, content?.layer) },
        origin: originFor(shared, content?.layer),
        secrets: secretsOf(parts, content, inForce),
        signal,
      })
    : { kind: 'idle' }
  switch (applied.kind) {
    case 'idle':
    case 'applied': {
      configs.commit(tenant, content, config, shared, request.isStillHeld)
      parts.secrets.keep(tenant, own)
      const modules = applied.kind === 'idle' ? [] : applied.modules
      if (changes.isEmpty && modules.length === 0)
        return { status: 'unchanged', problems: warnings, modules, next: config }
      return { status: 'applied', problems: warnings, modules, changes, previous: reads, next: config }
    }
    case 'refused':
      return end('refused', applied.problems, applied.modules)
    case 'undone': {
      const { cause, stuck, modules } = applied
      const problems = [failureProblem(cause), ...stuck.map(failureProblem)]
      if (!signal.aborted) await request.hold(problems)
      const ended = { problems, modules, cause } as const
      return stuck.length > 0 ? { status: 'stuck', ...ended, stuck } : { status: 'rolled_back', ...ended }
    }
    default:
      return applied satisfies never
  }
}

function checkOverlay(definition: ConfigDefinition, shared: Snapshot<object>, content: TenantContent | undefined) {
  if (content === undefined) return { ok: true, config: shared.config, warnings: [] } as const
  const { layer, resolved } = content
  const problems = admitOverlay(definition.shape, layer)
  if (problems.length > 0) return { ok: false, problems } as const
  return effectiveConfig(definition, shared, { layer, tree: resolved?.tree ?? layer.tree })
}

interface Difference {
  readonly tenant: TenantId
  readonly before: object
  readonly next: object
  readonly content: TenantContent | undefined
  readonly shared: Snapshot<object>
}

function changesOf(parts: ReloadTenantParts, { tenant, before, next, content, shared }: Difference): Changes {
  const list = before === next ? [] : diffTrees(before, next)
  if (list.length === 0) return createChanges([])
  const inForce = parts.configs.overlays.get(tenant)
  const sides: readonly TenantSide['config'][] = [before, next]
  const secrets = secretsOf(parts, content, inForce)
  const redaction = createRedaction({
    previousWritten: writtenFor(shared, inForce?.layer),
    nextWritten: writtenFor(shared, content?.layer),
    scrub: createScrubber([...sides.flatMap((side) => [...secretTexts(side)]), ...secrets]),
    ...parts.basis,
  })
  return createChanges(list, redaction)
}

function ownSecrets(
  { references }: ReloadTenantParts,
  content: TenantContent | undefined,
  config: object,
  shared: Snapshot<object>,
): readonly string[] {
  const referenced = content?.resolved === undefined ? [] : references.secretsOf(content.resolved)
  return [...new Set([...ownSecretTexts(config, shared.config), ...referenced])]
}

function secretsOf(
  { references, sharedSecrets }: ReloadTenantParts,
  ...contents: readonly (Pick<TenantContent, 'resolved'> | undefined)[]
): readonly string[] {
  const own = contents.flatMap((content) => {
    return content?.resolved === undefined ? [] : references.secretsOf(content.resolved)
  })
  return [...sharedSecrets(), ...own]
}

function failureProblem({ module, error, timedOut }: TenantFailure): Problem {
  return { code: timedOut ? 'step_timed_out' : 'module_refused', severity: 'error', module, message: error }
}

/** The end of a tenant's reload as everybody gets it. */
export function outcomeOf(
  tenant: TenantId,
  triggers: readonly TenantTrigger[],
  end: TenantEnd,
  times: Pick<TenantOutcome, 'startedAt' | 'endedAt' | 'duration'>,
): TenantOutcome {
  const { problems, modules } = end
  const base = { tenant, triggers, modules, problems, ...times }
  switch (end.status) {
    case 'unchanged':
    case 'refused':
    case 'unreadable':
      return { ...base, status: end.status }
    case 'applied':
      return { ...base, status: 'applied', changes: end.changes }
    case 'rolled_back':
      return { ...base, status: 'rolled_back', cause: end.cause }
    case 'stuck':
      return { ...base, status: 'stuck', cause: end.cause, stuck: end.stuck }
    default:
      return end satisfies never
  }
}
