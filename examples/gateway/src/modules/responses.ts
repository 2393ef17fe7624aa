import { cacheModule } from 'trimtab/parts'
import { config } from '../config.ts'

/** An answer of an upstream, and whom it was given to. */
export interface StoredResponse {
  readonly tenant: string
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** Answers of routes that say `cached`. Size and time to live change in place. */
export const responses = cacheModule<StoredResponse>({
  name: 'responses',
  config: config.section('responses'),
  sizeOf: ({ body }) => body.length + 1_024,
})
