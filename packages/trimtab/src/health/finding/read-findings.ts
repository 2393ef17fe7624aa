import { describeThrown } from '../../errors/trimtab-error.ts'
import { type JsonObject, typeName } from '../../primitives/json.ts'
import { type HealthStatus, healthStatuses } from '../check.ts'
import { boundDetails, boundText, findingLimits } from './bounds.ts'
import { severityOf } from './severity.ts'
import { isTemporary } from './temporary.ts'

/** What one run said of one component: bounded, and of the shape it claims. */
export interface ReadFinding {
  readonly status: HealthStatus
  readonly message: string | undefined
  readonly details: JsonObject | undefined
  readonly component: string | undefined
}

type Clean = (text: string) => string

const plain = { message: undefined, details: undefined, component: undefined } as const
const well: ReadFinding = Object.freeze({ ...plain, status: 'healthy' })
const good: readonly ReadFinding[] = Object.freeze([well])
const bad: readonly ReadFinding[] = Object.freeze([Object.freeze({ ...plain, status: 'unhealthy' })])

/**
 * What a run gave, whatever it is, as findings: at least one, at most one a component. `clean` takes secrets out of texts.
 * Never throws: what can't be read is a finding that says so.
 */
export function readFindings(given: unknown, clean: Clean): readonly ReadFinding[] {
  if (given === undefined || given === true) return good
  if (given === false) return bad
  try {
    if (!Array.isArray(given)) return readOne(given, clean)
    if (given.length === 0) return good
    return readSeveral(given, clean)
  } catch (error) {
    return [unknown(`gave what can't be read: ${describeThrown(error)}`, clean)]
  }
}

/** What a run threw, as a finding. */
export function readFailure(thrown: unknown, clean: Clean): readonly ReadFinding[] {
  const message = boundText(describeThrown(thrown), findingLimits.message, clean)
  return [{ ...plain, status: isTemporary(thrown) ? 'degraded' : 'unhealthy', message }]
}

function readOne(given: unknown, clean: Clean): readonly ReadFinding[] {
  const finding = readFinding(given, clean)
  return finding === well ? good : [finding]
}

function readSeveral(given: readonly unknown[], clean: Clean): readonly ReadFinding[] {
  const byComponent = new Map<string | undefined, ReadFinding>()
  const count = Math.min(given.length, findingLimits.findings)
  for (let index = 0; index < count; index += 1) {
    let finding: ReadFinding
    try {
      finding = readFinding(given[index], clean)
    } catch (error) {
      finding = unknown(`gave what can't be read: ${describeThrown(error)}`, clean)
    }
    const known = byComponent.get(finding.component)
    // Of two that speak of the same thing the worse one counts.
    if (known === undefined || severityOf(finding.status) > severityOf(known.status))
      byComponent.set(finding.component, finding)
  }
  return [...byComponent.values()]
}

/** Each field is looked at once: a getter may give something else the next time. */
function readFinding(given: unknown, clean: Clean): ReadFinding {
  if (typeof given !== 'object' || given === null)
    return unknown(`gave ${typeName(given)} where a finding was expected`, clean)
  // What is asked of it is checked below.
  const { status, message, details, component } = given as Readonly<Record<string, unknown>>
  // What nearly every run of nearly every check says.
  if (status === 'healthy' && message === undefined && details === undefined && component === undefined) return well
  if (typeof status !== 'string' || !isStatus(status))
    return unknown(`gave a finding whose status is none of ${healthStatuses.join(', ')}`, clean)
  return {
    status,
    message: message === undefined ? undefined : readMessage(message, clean),
    details: details === undefined ? undefined : boundDetails(details, clean),
    component: typeof component === 'string' ? boundText(component, findingLimits.component, clean) : undefined,
  }
}

function readMessage(message: unknown, clean: Clean): string {
  const text = typeof message === 'string' ? message : `(${typeName(message)})`
  return boundText(text, findingLimits.message, clean)
}

function unknown(message: string, clean: Clean): ReadFinding {
  return { ...plain, status: 'unknown', message: boundText(message, findingLimits.message, clean) }
}

function isStatus(status: string): status is HealthStatus {
  return healthStatuses.some((each) => each === status)
}
