import { z } from 'zod'
import { defineConfig } from '../../../packages/trimtab/src/schema/define-config.ts'
import { perTenant } from '../../../packages/trimtab/src/schema/marks.ts'

export const environment = 'checkout/production'
export const config = defineConfig(
  z.object({ limits: perTenant(z.object({ rate: z.number().max(1_000).default(100) })) }),
)
export type Config = { readonly limits: { readonly rate: number } }

/** What a process with a plane is told to do. */
export type PlaneOrder = { readonly id: number } & (
  | { readonly do: 'open'; readonly url: string }
  | { readonly do: 'activate'; readonly tenant: string; readonly times: number }
  | { readonly do: 'states' }
  | { readonly do: 'publish'; readonly tenant: string; readonly value: number }
)

export type PlaneMessage =
  | {
      readonly kind: 'done'
      readonly id: number
      readonly states: readonly string[]
      readonly revision?: number | undefined
    }
  | {
      readonly kind: 'changed'
      readonly tenant: string
      readonly path: string
      readonly previous: number | undefined
      readonly next: number
      /** What the tenant's snapshot says in that moment, and of which revision it is. */
      readonly rate: number
      readonly revision: number | undefined
    }
