import { statfs } from 'node:fs/promises'
import type { HealthCheck } from '../check.ts'
import { type AdapterOptions, checkBounds, checkFields, needText } from './adapter-options.ts'
import { judged } from './process-checks.ts'

/** What `diskCheck` takes: where to look, and shares in use that are too much. */
export interface DiskCheckOptions extends AdapterOptions {
  /** A path on the file system that is looked at. */
  readonly path: string
  /** Share in use, of what this process may write to: 0.9. */
  readonly degradedAt?: number | undefined
  /** 0.97. */
  readonly unhealthyAt?: number | undefined
}

/**
 * How full a file system is. `disk:<path>`, unless it is given a name.
 *
 * @example
 * plane.health.add(diskCheck({ path: '/var/lib/checkout', optional: true }))
 */
export function diskCheck({ path, degradedAt = 0.9, unhealthyAt = 0.97, ...options }: DiskCheckOptions): HealthCheck {
  const name = options.name ?? `disk:${path}`
  needText(name, 'path', path)
  checkBounds(name, { degradedAt, unhealthyAt }, 1)
  return {
    ...checkFields(options),
    name,
    async run() {
      const { bsize, blocks, bfree, bavail } = await statfs(path)
      // What is kept back for the superuser counts as in use: nobody else can write there.
      const used = blocks - bfree
      const share = used + bavail === 0 ? 0 : used / (used + bavail)
      const message = `${Math.round(share * 100)} % of the disk is in use`
      return judged(share, { degradedAt, unhealthyAt }, message, { free: bavail * bsize })
    },
  }
}
