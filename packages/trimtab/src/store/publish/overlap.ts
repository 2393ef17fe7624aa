import { compareSegments, isUnder } from '../../model/path.ts'
import { printScope } from '../scope.ts'
import type { PublishProblem } from '../publish-problem.ts'
import type { ReadEdit } from './read-edit.ts'

type Values = Extract<ReadEdit, { readonly kind: 'values' }>

/** Edits of which one is at or below the place of another: only their order would say what is meant. */
export function findOverlaps(edits: readonly ReadEdit[]): readonly PublishProblem[] {
  const problems: PublishProblem[] = []
  for (const [scope, ofScope] of grouped(edits)) {
    const states = ofScope.filter((edit) => edit.kind === 'state')
    const values = ofScope.filter((edit) => edit.kind === 'values')
    if (states.length > 1) problems.push(overlap(scope, 'The tenant is given a state twice. Give it one.'))
    if (states.some(({ state }) => state === 'removed') && values.length > 0) {
      problems.push(overlap(scope, 'The tenant is removed, and given values. Publish one after the other.'))
    }
    problems.push(...overlapsOf(scope, values))
  }
  return problems
}

/** Sorted key by key, all that is below a place comes directly after it. */
function overlapsOf(scope: string, edits: readonly Values[]): readonly PublishProblem[] {
  const sorted = edits.toSorted((a, b) => compareSegments(a.segments, b.segments))
  return sorted.flatMap((edit, index) => {
    const before = sorted[index - 1]
    if (before === undefined || !isUnder(edit.segments, before.segments)) return []
    const what = before.path === '' ? 'the scope as a whole' : before.path
    return [overlap(scope, `Another edit of the same publish is of ${what}. Put both into one.`, edit.path)]
  })
}

function overlap(scope: string, message: string, path?: string): PublishProblem {
  return { code: 'edits_overlap', message, scope, path }
}

function grouped(edits: readonly ReadEdit[]): ReadonlyMap<string, readonly ReadEdit[]> {
  const groups = new Map<string, ReadEdit[]>()
  for (const edit of edits) {
    const scope = printScope(edit.scope)
    const group = groups.get(scope)
    if (group === undefined) groups.set(scope, [edit])
    else group.push(edit)
  }
  return groups
}
