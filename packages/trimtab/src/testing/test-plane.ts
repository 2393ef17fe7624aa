import type { z } from 'zod'
import type { Module } from '../modules/define-module.ts'
import type { Clock } from '../primitives/time/clock.ts'
import type { JsonObject } from '../primitives/json.ts'
import { startPlane } from '../plane/on-demand/start-plane.ts'
import type { PlaneOptions } from '../plane/options.ts'
import type { Plane } from '../plane/plane.ts'
import type { Outcome } from '../reload/outcome.ts'
import type { ConfigDefinition, ConfigSchema } from '../schema/define-config.ts'
import { scriptedSource } from './scripted-source.ts'

/** The options of `createPlane`, with a tree in place of the sources. */
export interface TestPlaneOptions<Schema extends ConfigSchema>
  extends Omit<PlaneOptions<Schema>, 'config' | 'sources'> {
  /** What the configuration says at first. */
  readonly tree?: JsonObject | undefined
  readonly modules?: readonly Module[] | undefined
  readonly clock?: Clock | undefined
}

/** A plane and the content it follows. */
export interface TestPlane<Config> extends Plane<Config> {
  /** Replaces the content and reloads. */
  set(tree: JsonObject): Promise<Outcome>
}

/**
 * A plane that is all in memory: no file, no environment, no log unless one is given.
 *
 * @example
 * const plane = await createTestPlane(config, { tree: { pool: { max: 5 } } })
 * const outcome = await plane.set({ pool: { max: 0 } })
 * outcome.status // 'validation_failed'
 */
export async function createTestPlane<Schema extends ConfigSchema>(
  config: ConfigDefinition<Schema>,
  { tree = {}, ...options }: TestPlaneOptions<Schema> = {},
): Promise<TestPlane<z.output<Schema>>> {
  const source = scriptedSource({ name: 'test', tree })
  // Loaded already, so that a clock moved by hand finds the boot as far as it gets by itself.
  const plane = await startPlane<z.output<Schema>>({ logger: false, ...options, config, sources: [source] })
  return Object.assign(plane, {
    set(next: JsonObject) {
      source.set(next)
      return plane.reload()
    },
  })
}
