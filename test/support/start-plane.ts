import type { ConfigSchema, Plane, PlaneOptions } from 'trimtab'
import type { z } from 'zod'
import { startPlane as startLoaded } from '../../packages/trimtab/src/plane/on-demand/start-plane.ts'

/**
 * `createPlane` without what it loads when it is called: that takes real time, which nobody waits for who moves time by
 * hand while the plane starts.
 */
export function startPlane<Schema extends ConfigSchema>(
  options: PlaneOptions<Schema>,
): Promise<Plane<z.output<Schema>>> {
  return startLoaded(options)
}
