import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { OtelMeterProvider, OtelTracerProvider } from '../../telemetry/otel-api.ts'

/**
 * Where metrics and spans go. What is left away is what OpenTelemetry's API has globally when the plane is made. Throws
 * `dependency_missing` where `@opentelemetry/api` is not installed.
 *
 * @example
 * const plane = await createPlane({ config, sources, telemetry: { tenantLabels: 100 } })
 */
export interface TelemetryOptions {
  readonly meterProvider?: OtelMeterProvider | undefined
  readonly tracerProvider?: OtelTracerProvider | undefined
  /** How many tenants are told apart in metrics: 0 to 1,000, which is the default. The others are `_other`. */
  readonly tenantLabels?: number | undefined
}

/** As many as the guard counts apart. */
export const mostTenantLabels = 1_000

const names: readonly string[] = [
  'meterProvider',
  'tracerProvider',
  'tenantLabels',
] satisfies readonly (keyof TelemetryOptions)[]

/** Throws `option_invalid` for anything that cannot be what was meant. */
export function checkTelemetryOptions(options: false | TelemetryOptions): void {
  if (options === false) return
  if (typeof options !== 'object' || options === null) throw invalid('', 'has to be false or an object')
  const unknown = Object.keys(options).filter((name) => !names.includes(name))
  if (unknown.length > 0) throw invalid(`.${unknown.join(', ')}`, `is not known; there are ${names.join(', ')}`)
  const { meterProvider, tracerProvider, tenantLabels } = options
  if (meterProvider !== undefined && typeof meterProvider?.getMeter !== 'function')
    throw invalid('.meterProvider', 'has to be a MeterProvider of OpenTelemetry')
  if (tracerProvider !== undefined && typeof tracerProvider?.getTracer !== 'function')
    throw invalid('.tracerProvider', 'has to be a TracerProvider of OpenTelemetry')
  if (tenantLabels === undefined) return
  if (!Number.isInteger(tenantLabels) || tenantLabels < 0 || tenantLabels > mostTenantLabels)
    throw invalid('.tenantLabels', `has to be a whole number from 0 to ${mostTenantLabels}`)
}

function invalid(name: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option telemetry${name} ${why}.`)
}
