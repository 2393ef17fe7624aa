import { type Changes, createChanges } from '../../model/changes.ts'
import { diffTrees } from '../../model/diff.ts'
import type { Segments } from '../../model/path.ts'
import { cleanData } from '../../model/secrecy/clean-data.ts'
import { createRedaction, type Redaction, type RedactionBasis } from '../../model/secrecy/redaction.ts'
import { createScrubber, secretTexts } from '../../model/secrecy/scrub.ts'
import type { LifecycleHost } from '../../modules/lifecycle.ts'
import { emptyRecord, type JsonObject } from '../../primitives/json.ts'
import { guardedLogger } from '../../primitives/logger.ts'

/** What the steps of one reload share. */
export interface StepHost extends LifecycleHost {
  /** Takes known secrets out of what a module threw. */
  readonly scrub: (text: string) => string
  readonly redaction: Redaction
}

/** The configuration on one side of a reload. */
interface Side {
  readonly config: unknown
  readonly written: JsonObject
}

export interface StepHostParts {
  readonly previous: Side | undefined
  readonly next: Side
  /** Further texts that must not be printed. */
  readonly secrets: readonly string[]
  readonly basis: RedactionBasis
}

export function createStepHost(host: LifecycleHost, { previous, next, secrets, basis }: StepHostParts): StepHost {
  const scrub = createScrubber(
    [...secretTexts(previous?.config), ...secretTexts(next.config), ...secrets],
    host.furtherSecrets,
  )
  return {
    ...host,
    log: (module) => guardedLogger(host.log(module), scrub),
    emit(module, name, data) {
      // At once: what a module does to its object later is not what it told.
      host.emit(module, scrub(name), data === undefined ? undefined : cleanData(data, scrub))
    },
    scrub,
    redaction: createRedaction({
      previousWritten: previous?.written ?? {},
      nextWritten: next.written,
      scrub,
      ...basis,
    }),
  }
}

/** The differences of one section, with paths from the root. */
export function sectionChanges(host: StepHost, at: Segments, previous: unknown, next: unknown): Changes {
  return createChanges(diffTrees(nest(at, previous), nest(at, next)), host.redaction)
}

function nest(at: Segments, value: unknown): unknown {
  return at.reduceRight((inner, segment) => {
    const outer = emptyRecord<unknown>()
    if (inner !== undefined) outer[segment] = inner
    return outer
  }, value)
}
