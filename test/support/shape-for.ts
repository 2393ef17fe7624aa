import { type ConfigSchema, defineConfig } from '../../packages/trimtab/src/schema/define-config.ts'
import type { ObjectShape } from '../../packages/trimtab/src/schema/shape.ts'

/** What sources are given of a schema. */
export function shapeFor(schema: ConfigSchema): ObjectShape {
  return defineConfig(schema).shape
}
