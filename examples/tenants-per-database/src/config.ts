import { type ConfigOf, defineConfig, dynamic, perTenant, secret } from 'trimtab'
import { z } from 'zod'

export const config = defineConfig(
  z.object({
    tokens: dynamic(z.record(z.string(), secret(z.string()))),
    greeting: perTenant(z.string().max(100).default('Hello')),
    limits: perTenant(z.object({ perMinute: z.int().min(1).max(10_000).default(60) })),
  }),
)

export type ServiceConfig = ConfigOf<typeof config>
