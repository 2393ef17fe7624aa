import { addTexts } from '../check/secret-texts.ts'
import { redactWritten } from '../redact.ts'
import type { Shape } from '../shape.ts'
import type { Draft } from './draft.ts'

interface Drafts {
  readonly all: readonly Draft[]
  /** The objects that are read as `{}` when they are absent. */
  readonly fillsAbsence: ReadonlySet<Shape>
  /** What is behind a preprocessing, which hides it. */
  readonly insides: ReadonlyMap<Shape, Draft>
  /** Takes the defaults of secrets, which no shape keeps. */
  readonly secretTexts: Set<string>
}

/** Settles what depends on the whole, and freezes. */
export function finishDrafts({ all, fillsAbsence, insides, secretTexts }: Drafts): void {
  const settled = new Map<Shape, boolean>()
  for (const draft of all) if (fillsAbsence.has(draft)) draft.optional = needsNothing(draft)
  const hiding = all.filter((draft) => draft.transformed === true && !draft.marks.secret && hidesSecret(draft))
  for (const draft of hiding) markSecret(draft)
  for (const draft of all) {
    if (draft.default === undefined) continue
    if (draft.marks.secret) addTexts(draft.default, secretTexts)
    draft.default = draft.marks.secret ? undefined : redactWritten(draft, draft.default)
  }
  for (const draft of all) freeze(draft)

  /** Whether an object may be absent because nothing in it has to be written. */
  function needsNothing(draft: Shape): boolean {
    if (!fillsAbsence.has(draft)) return draft.optional
    const known = settled.get(draft)
    if (known !== undefined) return known
    // Inside itself it is asked again: then it is needed.
    settled.set(draft, false)
    const nothing = draft.kind === 'object' && [...draft.fields.values()].every(needsNothing)
    settled.set(draft, nothing)
    return nothing
  }

  /** What a transform makes of a secret may say it: then the whole of it is one. */
  function hidesSecret(draft: Shape, seen = new Set<Shape>()): boolean {
    if (draft.marks.secret) return true
    if (seen.has(draft)) return false
    seen.add(draft)
    const inside = insides.get(draft)
    return [...(inside === undefined ? [] : [inside]), ...childrenOf(draft)].some((child) => hidesSecret(child, seen))
  }
}

function markSecret(draft: Draft): void {
  draft.marks = Object.freeze({ ...draft.marks, secret: true })
  // Which option stands there is known only from a value.
  if (draft.kind === 'union') for (const option of draft.options) markSecret(option)
}

/** The shapes directly inside one. */
function childrenOf(shape: Shape): readonly Shape[] {
  switch (shape.kind) {
    case 'object':
      return [...shape.fields.values(), ...(shape.rest === undefined ? [] : [shape.rest])]
    case 'record':
      return [shape.value]
    case 'array':
      return [...(shape.items ?? []), shape.element]
    case 'union':
      return shape.options
    case 'leaf':
      return []
    default:
      return shape satisfies never
  }
}

function freeze(draft: Draft): void {
  Object.freeze(draft.marks)
  if (draft.kind === 'union') Object.freeze(draft.options)
  if (draft.kind === 'array' && draft.items !== undefined) Object.freeze(draft.items)
  Object.freeze(draft)
}
