import { type ConfigOf, defineConfig, dynamic, perTenant, secret } from 'trimtab'
import { z } from 'zod'

const size = (usual: number) => z.number().int().min(1).max(1_000).default(usual)

/** The configuration of the shop that all features speak of. */
export const shopConfig = defineConfig(
  z.object({
    log: dynamic(z.object({ lines: size(100) })),
    pool: dynamic(z.object({ max: size(10), password: secret(z.string().default('')) })),
    cache: dynamic(z.object({ size: size(50) })),
    orders: dynamic(z.object({ batch: size(5) })),
    server: z.object({ port: z.number().int().min(1).max(65_535).default(8080) }),
    limits: perTenant(z.object({ orders: size(100), note: z.string().optional() })),
  }),
)

export type ShopConfig = ConfigOf<typeof shopConfig>

/** What stands at a place such as `pool.max`. */
export function valueAt(config: unknown, path: string): unknown {
  let found = config
  for (const name of path.split('.')) {
    // An object may be asked for any name: what is not there is undefined.
    found = typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>)[name] : undefined
  }
  return found
}
