import type { Path } from '../../model/path.ts'
import type { UnitId } from '../../modules/instance.ts'

/** A field that is configured but not running until the process restarts. */
export interface PendingRestart {
  readonly path: Path
  /** As text, redacted. */
  readonly running: string
  readonly configured: string
  /** The module that cannot change while it runs, where the schema alone would allow it. */
  readonly module?: UnitId | undefined
}
