import { z } from 'zod'
import { defineConfig } from '../../../packages/trimtab/src/schema/define-config.ts'
import { dynamic } from '../../../packages/trimtab/src/schema/marks.ts'

export const pool = defineConfig(
  z.object({ pool: dynamic(z.object({ max: z.number().default(1), idle: z.number().default(1) })) }),
)
export type Pool = { readonly pool: { readonly max: number; readonly idle: number } }

/** What the layers of a process are. */
export interface CompositeOrder {
  readonly url: string
  readonly file: string
  readonly env: Readonly<Record<string, string>>
  readonly argv: readonly string[]
}

export interface CompositeMessage extends Pool {
  /** The layers that have a say in `pool.max`, the highest first. */
  readonly from: readonly string[]
}
