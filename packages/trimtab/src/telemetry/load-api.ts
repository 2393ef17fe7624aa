import { isMissingPackage } from '../errors/missing-package.ts'
import { TrimtabError } from '../errors/trimtab-error.ts'
import type { OtelApi } from './otel-api.ts'

const name = '@opentelemetry/api'

/** Loads OpenTelemetry's API, when it is first needed. */
export async function importApi(): Promise<OtelApi> {
  return import('@opentelemetry/api')
}

/** Gives the API. Throws `dependency_missing` where the package is not installed, and otherwise what it threw. */
export async function loadApi(load: () => Promise<OtelApi>): Promise<OtelApi> {
  try {
    return await load()
  } catch (error) {
    if (!isMissingPackage(error, name)) throw error
    throw new TrimtabError(
      'dependency_missing',
      `The option telemetry needs the package ${name}, which is not installed. Run: npm install ${name}`,
      { cause: error, details: { package: name } },
    )
  }
}
