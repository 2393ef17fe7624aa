import { describeThrown } from '../errors/trimtab-error.ts'
import type { RedactionBasis } from '../model/secrecy/redaction.ts'
import type { Graph } from '../modules/graph.ts'
import type { UnitId } from '../modules/instance.ts'
import type { LifecycleHost } from '../modules/lifecycle.ts'
import { sleep } from '../primitives/time/clock.ts'
import type { Logger } from '../primitives/logger.ts'
import type { ConfigDefinition } from '../schema/define-config.ts'
import type { Problem } from '../schema/problem.ts'
import { type Applied, type ApplyRequest, applySteps, skipped } from './two-phase/apply.ts'
import type { Breaker } from './breaker.ts'
import type { Candidate, Content, Loader, OutsideCandidate } from './candidate/candidate.ts'
import { type Checked, checkAll } from './two-phase/check.ts'
import type { Committed } from './proof/committed.ts'
import type { Journal } from './proof/journal.ts'
import type { ModuleReport } from './outcome.ts'
import { draft } from './plan/draft.ts'
import { restartProblems } from './plan/pending.ts'
import type { Plan, Step } from './plan/plan.ts'
import { startAll } from './two-phase/start-all.ts'
import { createStepHost } from './two-phase/step-host.ts'
import { actionOf } from './two-phase/undo.ts'

interface ReloadPolicy {
  readonly apply: 'atomic' | 'bestEffort'
  /** What becomes of a change to a restart-only field: `pin` keeps the running value and lists it. */
  readonly restartOnly: 'pin' | 'reject'
}

/** What every attempt works with. */
export interface AttemptHost extends LifecycleHost {
  readonly definition: ConfigDefinition
  readonly graph: Graph
  readonly loader: Loader
  readonly journal: Journal
  readonly breaker: Breaker
  readonly policy: ReloadPolicy
  readonly basis: RedactionBasis
  readonly logger: Logger
  readonly onJournalError: (message: string) => void
}

/** What an attempt starts from. */
export interface Ground {
  readonly committed: Committed | undefined
  readonly parked: Committed['running']
  readonly stuck: ReadonlySet<UnitId>
  readonly mode: ApplyRequest['mode']
  /** Contents that were stable once in this process. */
  readonly trusted: ReadonlySet<string>
  /** Texts that were secret before this attempt. */
  readonly secrets: readonly string[]
}

export interface AttemptRequest {
  readonly signal: AbortSignal
  readonly force: boolean
  readonly dryRun: boolean
  readonly candidate?: OutsideCandidate | undefined
  /** Called when it is known that there is something to do, before any module is asked. */
  readonly onStart: () => void
}

export type AttemptEnd =
  | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'held'; readonly content: Content; readonly retryIn: number; readonly failures: number }
  | {
      readonly kind: 'refused'
      readonly content: Content | undefined
      readonly problems: readonly Problem[]
      readonly plan?: Plan | undefined
      readonly reports: readonly ModuleReport[]
    }
  | ({ readonly kind: 'unchanged' } & Planned)
  /** A dry run that met no refusal. */
  | ({ readonly kind: 'rehearsed' } & Planned)
  | ({ readonly kind: 'undone'; readonly applied: Extract<Applied, { kind: 'undone' }> } & Planned)
  | ({ readonly kind: 'applied'; readonly applied: Extract<Applied, { kind: 'applied' }> } & Planned)

interface Planned {
  readonly candidate: Candidate
  readonly plan: Plan
  readonly reports: readonly ModuleReport[]
}

/** One way through the pipeline up to, and without, the commit. */
export async function attempt(host: AttemptHost, ground: () => Ground, request: AttemptRequest): Promise<AttemptEnd> {
  const { signal } = request
  try {
    const loaded = await loadAdmitted(host, ground, request)
    if (loaded.kind !== 'content') return loaded
    return await attemptContent(host, ground(), loaded.content, request)
  } catch (error) {
    if (signal.aborted) return { kind: 'cancelled' }
    throw error
  }
}

/** Loads, and where other content failed a moment ago waits and loads again: the newest is what counts. */
async function loadAdmitted(
  host: AttemptHost,
  ground: () => Ground,
  { signal, force, candidate }: AttemptRequest,
): Promise<AttemptEnd | { readonly kind: 'content'; readonly content: Content }> {
  for (;;) {
    const loaded = await host.loader.load(signal, candidate)
    if (loaded.kind === 'unreadable') return { kind: 'unreadable', problems: loaded.problems }
    if (loaded.kind === 'invalid')
      return { kind: 'refused', content: undefined, problems: loaded.problems, reports: [] }
    if (candidate !== undefined) return { kind: 'content', content: loaded.content }

    const { digest } = loaded.content
    const admission = host.breaker.admit({ digest, forced: force, trusted: ground().trusted.has(digest) })
    switch (admission.kind) {
      case 'go':
        return { kind: 'content', content: loaded.content }
      case 'held':
        return { ...admission, content: loaded.content }
      case 'wait':
        await sleep(host.clock, admission.delay, signal)
        break
      default:
        admission satisfies never
    }
  }
}

async function attemptContent(
  host: AttemptHost,
  ground: Ground,
  content: Content,
  request: AttemptRequest,
): Promise<AttemptEnd> {
  const refuse = (
    problems: readonly Problem[],
    rest: { plan?: Plan; reports?: readonly ModuleReport[] } = {},
  ): AttemptEnd => ({
    kind: 'refused',
    content,
    problems,
    reports: [],
    ...rest,
  })
  const aside = host.journal.setAside.get(content.digest)
  if (aside !== undefined && !request.force && ground.committed?.snapshot.digest !== content.digest)
    return refuse([setAsideProblem(aside)])

  const drafted = draft(host, ground, content)
  if (!drafted.ok) return refuse(drafted.problems)
  const { candidate, steps, plan } = drafted
  const untouched = steps.map(skipped)
  if (host.policy.restartOnly === 'reject' && ground.committed !== undefined && !candidate.pending.isEmpty) {
    return refuse(restartProblems(candidate), { plan, reports: untouched })
  }
  const todo = steps.filter((step) => step.action !== 'none')
  if (todo.length === 0 && candidate.changes.isEmpty && ground.committed !== undefined) {
    return { kind: 'unchanged', candidate, plan, reports: untouched }
  }

  if (!request.dryRun) request.onStart()
  const stepHost = createStepHost(host, {
    previous: ground.committed?.snapshot,
    next: candidate,
    secrets: [...content.secrets, ...ground.secrets],
    basis: host.basis,
  })
  const asked = todo.filter((step) => step.action !== 'stop')
  const checked = await checkAll(stepHost, { steps: asked, origin: content.context.origin, signal: request.signal })
  const { prepared, refusals } = checked
  try {
    if (request.signal.aborted) return { kind: 'cancelled' }
    if (refusals.length > 0) return refuse(refusals, { plan, reports: withRefusals(steps, checked) })
    if (request.dryRun) return { kind: 'rehearsed', candidate, plan, reports: untouched }

    await beginJournal(host, content.digest)
    const running = ground.committed?.running ?? new Map()
    const task = { steps, running, prepared, signal: request.signal, mode: ground.mode }
    const applied =
      ground.committed === undefined ? await startAll(stepHost, host.graph, task) : await applySteps(stepHost, task)
    const { reports } = applied
    return applied.kind === 'applied'
      ? { kind: 'applied', applied, candidate, plan, reports }
      : { kind: 'undone', applied, candidate, plan, reports }
  } finally {
    await prepared.discard()
  }
}

async function beginJournal(host: AttemptHost, digest: string): Promise<void> {
  try {
    await host.journal.begin(digest)
  } catch (error) {
    // A full disk must not keep a fix from being applied; the price is that a crash now would not be recognised.
    host.onJournalError(`The start of a reload could not be noted: ${describeThrown(error)}`)
  }
}

function withRefusals(steps: readonly Step[], { refusals, durations }: Checked): readonly ModuleReport[] {
  return steps.map((step) => {
    const own = refusals.filter((problem) => problem.module === step.unit)
    if (own.length === 0) return skipped(step)
    const duration = durations.get(step.unit) ?? 0
    return {
      module: step.unit,
      status: 'failed',
      action: actionOf(step),
      step: 'check',
      error: own.map(({ message }) => message).join('; '),
      duration,
    }
  })
}

function setAsideProblem(why: string): Problem {
  return {
    code: 'content_set_aside',
    severity: 'error',
    message: `this content was set aside: ${why}`,
    hint: 'Change it, or reload with `force` to try it again',
  }
}
