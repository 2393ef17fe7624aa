import type { z } from 'zod'
import type { DeepReadonly } from '../model/deep-readonly.ts'
import type { ConfigSchema } from '../schema/define-config.ts'
import type { LoadConfigOptions } from './on-demand/load-once.ts'

/**
 * Reads the configuration once: for jobs, builds, migrations. Starts no timer, watcher or module, and leaves nothing
 * open. Throws `config_invalid` or `source_unreadable` with every problem. What is only a warning goes to `logger`, a line
 * each: to stderr without one, and nowhere with `logger: false`.
 *
 * @example
 * const settings = await loadConfig({ config, sources: [fileSource('config.yaml'), envSource({ prefix: 'APP_' })] })
 */
export async function loadConfig<Schema extends ConfigSchema>(
  options: LoadConfigOptions<Schema>,
): Promise<DeepReadonly<z.output<Schema>>> {
  const { loadOnce } = await import('./on-demand/load-once.ts')
  // Awaited, so that the stack of what it throws leads to the caller.
  return await loadOnce(options)
}
