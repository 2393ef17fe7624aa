import { rateLimiterModule } from 'trimtab/parts'
import { config } from '../config.ts'

/** Every tenant has a share of its own, and as much of it as `limits` says for that tenant. */
export const limiter = rateLimiterModule({ config: config.section('limits') })
