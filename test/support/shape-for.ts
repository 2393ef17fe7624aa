import type { z } from 'zod'
import type { ObjectShape } from '../../packages/trimtab/src/schema/shape.ts'
import { compileShapes } from '../../packages/trimtab/src/schema/shape-of.ts'
import { rebuildSchema } from '../../packages/trimtab/src/schema/zod/rebuild.ts'

/** What sources are given of a schema. */
export function shapeFor(schema: z.ZodObject): ObjectShape {
  return compileShapes(rebuildSchema(schema)).root
}
