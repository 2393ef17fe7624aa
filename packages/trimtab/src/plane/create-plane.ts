import type { z } from 'zod'
import type { ConfigSchema } from '../schema/define-config.ts'
import type { PlaneOptions } from './options.ts'
import type { Plane } from './plane.ts'

/**
 * Starts a plane: reads the sources, asks every module, starts them, and follows what changes from then on. Throws
 * having closed everything it had opened: `option_invalid`, `config_invalid`, `source_unreadable`, `module_failed`,
 * `step_timed_out`, `module_cycle`, `state_dir_unusable`, `dependency_missing`.
 *
 * @example
 * const plane = await createPlane({ config, sources: [fileSource('config.yaml')], modules: [pool, http] })
 * plane.config.pool.max // always the committed snapshot
 */
export async function createPlane<Schema extends ConfigSchema>(
  options: PlaneOptions<Schema>,
): Promise<Plane<z.output<Schema>>> {
  const { startPlane } = await import('./on-demand/start-plane.ts')
  // Awaited, so that the stack of what it throws leads to the caller.
  return await startPlane<z.output<Schema>>(options)
}
