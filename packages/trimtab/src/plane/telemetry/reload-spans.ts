import type { Journal } from '../../reload/proof/journal.ts'
import type { Outcome } from '../../reload/outcome.ts'
import { isFailure } from '../../reload/outcome-of.ts'
import type { SpanEvent, SpanRecord } from '../../telemetry/spans.ts'
import type { PlaneEvent } from '../events/plane-event.ts'
import { moduleSpans, type ModuleOrder } from './module-spans.ts'

/** What is known of a reload that is under way. Wall time in milliseconds. */
interface Course {
  /** When its content was known to be something new, and modules were asked. */
  readonly checkedFrom: number
  /** When the first module was changed. */
  appliedFrom: number | undefined
  committedAt: number | undefined
  judgedAt: number | undefined
  isBoot: boolean
}

export interface ReloadSpans {
  follow(event: PlaneEvent): void
  /** The same journal, which is told in the moment in which modules begin to be changed. */
  listening(journal: Journal): Journal
}

/** More than can be under way: one is carried out, and eight wait for their verdict. */
const mostUnderWay = 32

/**
 * Makes a span of each reload when it has ended, with the parts of its way as children: `read`, `check`, `apply` with a
 * child for each module, `bake`. One that changed nothing and was not refused gives none.
 */
export function createReloadSpans(
  now: () => number,
  order: ModuleOrder,
  tell: (span: SpanRecord) => void,
): ReloadSpans {
  const courses = new Map<string, Course>()
  let newest: Course | undefined
  return {
    follow(event) {
      switch (event.kind) {
        case 'started': {
          newest = {
            checkedFrom: now(),
            appliedFrom: undefined,
            committedAt: undefined,
            judgedAt: undefined,
            isBoot: event.triggers.includes('boot'),
          }
          courses.set(event.id, newest)
          const [oldest] = courses.keys()
          if (courses.size > mostUnderWay && oldest !== undefined) courses.delete(oldest)
          return
        }
        case 'committed': {
          const course = event.undone ? undefined : courses.get(event.id)
          if (course !== undefined) course.committedAt = now()
          return
        }
        case 'bake': {
          const course = courses.get(event.id)
          // A boot that was superseded and is gone back to is judged on.
          if (course !== undefined)
            course.judgedAt = event.step.kind === 'started' ? undefined : (course.judgedAt ?? now())
          return
        }
        case 'settled': {
          const { outcome } = event
          const course = courses.get(outcome.id)
          courses.delete(outcome.id)
          if (outcome.status !== 'unchanged') tell(spanOf(outcome, course, now(), order))
          return
        }
        default:
      }
    },
    listening(journal) {
      const begin = async (digest: string) => {
        await journal.begin(digest)
        // Between the checks and the first change; what begins again after an undo has been through here before.
        if (newest !== undefined) newest.appliedFrom ??= now()
      }
      return {
        get setAside() {
          return journal.setAside
        },
        begin,
        settle: () => journal.settle(),
        stable: (snapshot) => journal.stable(snapshot),
        putAside: (digest, why) => journal.putAside(digest, why),
        release: (digest) => journal.release(digest),
      }
    },
  }
}

function spanOf(outcome: Outcome, course: Course | undefined, end: number, order: ModuleOrder): SpanRecord {
  const { id, status, triggers, generation, startedAt, problems } = outcome
  return {
    name: 'trimtab.reload',
    start: startedAt,
    end,
    attributes: {
      'trimtab.reload.id': id,
      'trimtab.reload.status': status,
      'trimtab.reload.triggers': triggers,
      'trimtab.generation': generation,
      ...('changes' in outcome ? { 'trimtab.changes': outcome.changes.size } : {}),
      ...(isFailure(outcome) ? { 'error.type': errorType(outcome) } : {}),
      ...(problems.length === 0 ? {} : { 'trimtab.problems': [...new Set(problems.map(({ code }) => code))] }),
    },
    failed: isFailure(outcome),
    events: misfortunes(outcome),
    // Made for who records spans: mostly nobody does.
    get children() {
      return stages(outcome, course, order)
    },
  }
}

/** The parts of the way, each up to where the next one began. */
function stages(outcome: Outcome, course: Course | undefined, order: ModuleOrder): readonly SpanRecord[] {
  const { startedAt, endedAt } = outcome
  const read = stage(outcome, 'trimtab.read', startedAt, course?.checkedFrom ?? endedAt)
  if (course === undefined) return [read]
  const { checkedFrom, appliedFrom, committedAt, judgedAt } = course
  const check = stage(outcome, 'trimtab.check', checkedFrom, appliedFrom ?? endedAt)
  if (appliedFrom === undefined) return [read, check]
  const modules = committedAt === undefined ? [] : moduleSpans(outcome, { appliedFrom, together: course.isBoot, order })
  const apply = { ...stage(outcome, 'trimtab.apply', appliedFrom, committedAt ?? endedAt), children: modules }
  if (committedAt === undefined || judgedAt === undefined) return [read, check, apply]
  return [read, check, apply, stage(outcome, 'trimtab.bake', committedAt, judgedAt)]
}

function stage({ id }: Outcome, name: string, start: number, end: number): SpanRecord {
  return { name, start, end, attributes: { 'trimtab.reload.id': id }, failed: false, events: [], children: [] }
}

/** What went wrong with modules, of which it is known that it happened and how long it took, but not when it began. */
function misfortunes({ modules, endedAt }: Outcome): readonly SpanEvent[] {
  return modules.flatMap((report): readonly SpanEvent[] => {
    if (report.status !== 'failed' && report.status !== 'undone') return []
    const { status, module, action, duration } = report
    const step = report.status === 'failed' ? { 'trimtab.module.step': report.step } : {}
    const attributes = {
      'trimtab.module': module,
      'trimtab.module.action': action,
      'trimtab.module.duration': duration / 1_000,
      ...step,
    }
    return [{ name: `trimtab.module.${status}`, at: endedAt, attributes }]
  })
}

/** Why it failed, in a word that is the same every time. */
function errorType(outcome: Outcome): string {
  return 'cause' in outcome ? outcome.cause.kind : outcome.status
}
