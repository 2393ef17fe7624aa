import { isTrimtabError } from '../../errors/trimtab-error.ts'
import { parsePath, type Path, pathLimits, printPath, type Segments } from '../../model/path.ts'
import { isJsonObject, isPlainObject } from '../../primitives/json.ts'
import { toJson, whyNotKey } from '../../sources/json-tree.ts'
import { type StoredTenantState, tenantStates } from '../edit.ts'
import { storeLimits } from '../limits.ts'
import type { PublishProblem, PublishProblemCode } from '../publish-problem.ts'
import { printScope, readScope, type Scope } from '../scope.ts'
import { type Leaf, leavesOf } from './leaves.ts'
import { holdsNul } from './text-rules.ts'
import { nameRule } from '../../model/name.ts'

/** An edit that can be stored, as far as it can be judged by itself. */
export type ReadEdit =
  /** With `leaves` in place of what stood at the place and below it: none takes it away. */
  | {
      readonly kind: 'values'
      readonly scope: Scope
      readonly path: Path
      readonly segments: Segments
      readonly leaves: readonly Leaf[]
      readonly bytes: number
    }
  | { readonly kind: 'state'; readonly scope: Scope; readonly tenant: string; readonly state: StoredTenantState }

type Report = (problem: PublishProblem) => void

/** Reads one edit, whatever somebody gave as such; undefined where `report` was told why it can't be stored. */
export function readEdit(anything: unknown, report: Report): ReadEdit | undefined {
  const given = copyOf(anything)
  if (given === undefined) {
    report({ code: 'edit_invalid', message: 'An edit is a plain object with a scope and a path, or a state.' })
    return undefined
  }
  const scope = readScope(given['scope'])
  if (scope === undefined) {
    const message = `A scope is app/environment or app/environment/tenant, each name ${nameRule}.`
    report({ code: 'name_invalid', message })
    return undefined
  }
  const kinds = ['value', 'remove', 'state'].filter((key) => given[key] !== undefined)
  const refuse = (code: PublishProblemCode, message: string, path?: string): undefined => {
    report({ code, message, scope: printScope(scope), path })
  }
  if (kinds.length !== 1) return refuse('edit_invalid', 'An edit has one of value, remove: true and state.')
  if (kinds[0] === 'state') return readState(given['state'], scope, refuse)
  const segments = readPlace(given['path'], refuse)
  if (segments === undefined) return undefined
  if (kinds[0] === 'value') return readValue(given['value'], scope, segments, refuse)
  const path = printPath(segments)
  if (given['remove'] !== true) return refuse('edit_invalid', 'What is taken away has remove: true.', path)
  return { kind: 'values', scope, path, segments, leaves: [], bytes: 0 }
}

/** Each property is read once. What a getter or a proxy throws may say more than may be shown. */
function copyOf(given: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    return isPlainObject(given) ? { ...given } : undefined
  } catch {
    return undefined
  }
}

type Refuse = (code: PublishProblemCode, message: string, path?: string) => undefined

function readState(state: unknown, scope: Scope, refuse: Refuse): ReadEdit | undefined {
  const { tenant } = scope
  const known = tenantStates.find((each) => each === state)
  if (known === undefined) return refuse('edit_invalid', `A tenant's state is one of ${tenantStates.join(', ')}.`)
  if (tenant === undefined) {
    return refuse('edit_invalid', 'Only a tenant has a state: give its scope, app/environment/tenant.')
  }
  return { kind: 'state', scope, tenant, state: known }
}

function readPlace(text: unknown, refuse: Refuse): Segments | undefined {
  if (typeof text !== 'string') return refuse('path_invalid', 'A path is a text like pool.max.')
  let segments: Segments
  try {
    segments = parsePath(text)
  } catch (error) {
    if (!isTrimtabError(error)) throw error
    // The path itself stands in the message, shortened where it is long.
    return refuse('path_invalid', error.message)
  }
  for (const [level, segment] of segments.entries()) {
    if (typeof segment === 'number') {
      const list = printPath(segments.slice(0, level))
      return refuse('path_invalid', `A list is one value: set ${list || 'it'} as a whole.`, printPath(segments))
    }
    const flaw = whyNotKey(segment)
    if (flaw !== undefined) return refuse('path_invalid', `In the path, ${flaw.message}.`)
  }
  return segments
}

function readValue(given: unknown, scope: Scope, segments: Segments, refuse: Refuse): ReadEdit | undefined {
  const path = printPath(segments)
  const read = toJson(given, segments)
  if (!read.ok) {
    for (const flaw of read.error) {
      const code = flaw.code === 'too_large' ? 'value_too_large' : 'value_invalid'
      refuse(code, `This can't be stored: ${flaw.message}.`, flaw.path ?? path)
    }
    return undefined
  }
  if (segments.length === 0 && !isJsonObject(read.value)) {
    return refuse('value_invalid', 'A scope as a whole is an object. Give one, or the path of what is to be set.', path)
  }
  const leaves = leavesOf(read.value, segments)
  let bytes = 0
  let isRefused = false
  for (const leaf of leaves) {
    const size = Buffer.byteLength(JSON.stringify(leaf.value))
    bytes += size + leaf.path.length
    const problem = whyNotLeaf(leaf, size)
    if (problem === undefined) continue
    isRefused = true
    refuse(problem.code, problem.message, leaf.path.slice(0, pathLimits.characters))
  }
  return isRefused ? undefined : { kind: 'values', scope, path, segments, leaves, bytes }
}

function whyNotLeaf({ path, segments, value }: Leaf, size: number): PublishProblem | undefined {
  if (path.length > pathLimits.characters) {
    return { code: 'path_invalid', message: `A path may have ${pathLimits.characters} characters; this is longer.` }
  }
  if (segments.length > pathLimits.levels) {
    return { code: 'path_invalid', message: `A path may have ${pathLimits.levels} levels; this has more.` }
  }
  if (size > storeLimits.valueBytes) {
    const message = `A value may have ${storeLimits.valueBytes / 1024} KiB as JSON; this has ${Math.ceil(size / 1024)}.`
    return { code: 'value_too_large', message }
  }
  if (!holdsNul(value)) return undefined
  return {
    code: 'value_invalid',
    message: 'A text contains a NUL character, which databases cannot store. Take it out.',
  }
}
