import { describeThrown, TrimtabError } from '../../errors/trimtab-error.ts'
import type { HealthCheckContext, Finding, Findings, HealthCheck } from '../check.ts'
import { isTemporary } from '../finding/temporary.ts'
import { type AdapterOptions, checkFields } from './adapter-options.ts'

/** What `compositeCheck` takes: its name, and its parts. */
export interface CompositeCheckOptions extends AdapterOptions {
  readonly name: string
  /** Each becomes a component of the one check, by its name. Their own timings do not apply: the composite's do. */
  readonly checks: readonly Pick<HealthCheck, 'name' | 'run' | 'close'>[]
}

/**
 * Several probes as one check with a component each, run in parallel under one deadline.
 *
 * @example
 * plane.health.add(compositeCheck({
 *   name: 'upstreams',
 *   checks: [tcpCheck({ name: 'eu', host: 'eu.internal', port: 443 }), tcpCheck({ name: 'us', host: 'us.internal', port: 443 })],
 * }))
 */
export function compositeCheck({ checks, ...options }: CompositeCheckOptions): HealthCheck {
  const { name } = options
  if (!Array.isArray(checks) || checks.some((check) => typeof check?.run !== 'function'))
    throw new TrimtabError(
      'option_invalid',
      `The check ${name} needs a list of checks, each with a name and a function \`run\`.`,
    )
  const names = checks.map((check) => check.name)
  const twice = names.find((each, index) => names.indexOf(each) !== index)
  if (twice !== undefined) throw new TrimtabError('option_invalid', `The check ${name} has two parts called ${twice}.`)
  return {
    ...checkFields(options),
    name,
    run: async (context) => (await Promise.all(checks.map((check) => runPart(check, context)))).flat(),
    close() {
      for (const check of checks) closePart(check)
    },
  }
}

async function runPart(
  check: Pick<HealthCheck, 'name' | 'run'>,
  context: HealthCheckContext,
): Promise<readonly Finding[]> {
  try {
    return asList(await check.run(context)).map((finding) => ({
      ...finding,
      component: finding.component === undefined ? check.name : `${check.name}/${finding.component}`,
    }))
  } catch (error) {
    const status = isTemporary(error) ? 'degraded' : 'unhealthy'
    return [{ status, message: describeThrown(error), component: check.name }]
  }
}

function closePart(check: Pick<HealthCheck, 'close'>): void {
  try {
    check.close?.()
  } catch {
    // As for a check of its own: there is nothing that could be done about it, and others have to be closed.
  }
}

function asList(findings: Findings): readonly Finding[] {
  if (findings === undefined || findings === true) return [{ status: 'healthy' }]
  if (findings === false) return [{ status: 'unhealthy' }]
  // A list is told from one finding by being an array; the type's readonly array is not narrowed by isArray.
  return Array.isArray(findings) ? (findings as readonly Finding[]) : [findings as Finding]
}
