import { isDeepStrictEqual } from 'node:util'
import { describeThrown } from '../../errors/trimtab-error.ts'
import { healthStatuses } from '../../health/check.ts'
import { boundDetails, findingLimits } from '../../health/finding/bounds.ts'
import { isPlainObject, typeName } from '../../primitives/json.ts'
import type { Findings } from './findings.ts'
import type { VerifyRuleId } from './rules.ts'

/** What one run gave. */
export interface ReportInspection {
  /** The components it named, in its order. */
  readonly components: readonly string[]
  /** Whether it is another now. */
  changed(): boolean
}

/** Says what the reports of several runs of one check have wrong beside themselves. */
export function compareReports(reports: readonly ReportInspection[], hook: 'run' | 'health', findings: Findings): void {
  if (reports.some(({ changed }) => changed()))
    findings.add('report-changes', hook, 'what it gave is not any more what it was')
  const [first, ...others] = reports.map(({ components }) => components)
  const other = others.find((each) => !isDeepStrictEqual(each, first))
  if (first !== undefined && other !== undefined)
    findings.add('components-change', hook, `named ${list(first)} in one run, and ${list(other)} in another`)
}

function list(components: readonly string[]): string {
  return components.length === 0 ? 'none' : components.slice(0, 5).join(', ')
}

/** Looks at what a run gave, whatever it is. */
export function inspectReport(given: unknown, hook: 'run' | 'health', findings: Findings): ReportInspection {
  const note = (rule: VerifyRuleId, message: string) => findings.add(rule, hook, message)
  const components: string[] = []
  try {
    if (given === undefined || typeof given === 'boolean') return { components, changed: () => false }
    const all: readonly unknown[] = Array.isArray(given) ? given : [given]
    if (all.length > findingLimits.findings) note('report-too-large', `gave ${all.length} findings`)
    for (const each of all.slice(0, findingLimits.findings)) {
      const component = inspectFinding(each, note)
      if (component === undefined) continue
      if (components.includes(component)) note('reports-garbage', `gave two findings of the component ${component}`)
      components.push(component)
    }
    const copy: unknown = structuredClone(given)
    return { components, changed: () => !isSame(given, copy) }
  } catch (error) {
    if (isUncloneable(error)) return { components, changed: () => false }
    note('report-unreadable', `throws when it is read: ${describeThrown(error)}`)
    return { components, changed: () => false }
  }
}

/** Gives the component it names. */
function inspectFinding(finding: unknown, note: (rule: VerifyRuleId, message: string) => void): string | undefined {
  if (!isPlainObject(finding)) {
    note('reports-garbage', `gave ${typeName(finding)} as a finding`)
    return undefined
  }
  const { status, message, component, details } = finding
  if (!healthStatuses.some((each) => each === status))
    note('reports-garbage', `gave a status that is none: ${typeof status === 'string' ? status : typeName(status)}`)
  if (message !== undefined && typeof message !== 'string')
    note('reports-garbage', `gave ${typeName(message)} as a message`)
  else if (message !== undefined && Buffer.byteLength(message) > findingLimits.message)
    note('report-too-large', `gave a message of ${Buffer.byteLength(message)} bytes`)
  if (details !== undefined && !isPlainObject(details)) note('reports-garbage', `gave ${typeName(details)} as details`)
  else if (details !== undefined && !isKeptAsItIs(details)) note('report-too-large', 'gave details that are cut')
  if (component === undefined) return undefined
  if (typeof component === 'string' && component !== '' && component.length <= findingLimits.component) return component
  note('reports-garbage', 'gave a component that is no name of 1 to 128 characters')
  return undefined
}

function isKeptAsItIs(details: Record<string, unknown>): boolean {
  const kept = boundDetails(details, (text) => text)
  // By content: what is kept has no prototype, and no fields that are undefined.
  return isDeepStrictEqual(structuredClone(kept), JSON.parse(JSON.stringify(details)))
}

/** A report that cannot be read any more is another. */
function isSame(given: unknown, copy: unknown): boolean {
  try {
    return isDeepStrictEqual(structuredClone(given), copy)
  } catch {
    return false
  }
}

function isUncloneable(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'DataCloneError'
}
