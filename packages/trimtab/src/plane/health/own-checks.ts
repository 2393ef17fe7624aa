import { degraded, type Finding, healthy, unhealthy } from '../../health/check.ts'
import type { HealthCore, ToldCheck } from '../../health/create-health.ts'
import type { Engine } from '../../reload/engine.ts'
import type { SourceStatus } from '../../reload/candidate/read-layers.ts'
import { isFailure } from '../../reload/outcome-of.ts'
import type { PlaneState } from '../plane.ts'

export interface OwnChecksParts {
  readonly health: HealthCore
  readonly engine: () => Engine
  readonly sources: () => readonly SourceStatus[]
  readonly bootedFrom: () => Extract<PlaneState, { kind: 'running' }>['bootedFrom']
  readonly stuckUnready: boolean
}

/**
 * What the plane knows of itself, as optional checks: it runs nothing for them, and nothing of it ever makes the service
 * unready, unless it is asked to for what is stuck. Returns a function that has them look again.
 */
export function createOwnChecks(parts: OwnChecksParts): () => void {
  const { health, stuckUnready } = parts
  const own = (name: string, look: () => Finding, optional = true) => {
    const told: ToldCheck = health.addTold({ name: `trimtab/${name}`, optional })
    return () => told.tell(look())
  }
  const looks = [
    own('sources', () => findStale(parts.sources())),
    own('reload', () => findLastReload(parts.engine())),
    own('stuck', () => findStuck(parts.engine()), !stuckUnready),
    own('pending-restart', () => findPending(parts.engine())),
    own('boot', () => findBoot(parts)),
  ]
  return () => {
    for (const look of looks) look()
  }
}

function findStale(sources: readonly SourceStatus[]): Finding {
  const stale = sources.filter(({ staleSince }) => staleSince !== undefined)
  if (stale.length === 0) return healthy()
  const names = stale.map(({ name }) => name)
  return degraded(`can't be read, so that its last content stays in use: ${names.join(', ')}`, { sources: names })
}

function findLastReload({ outcomes, breaker }: Engine): Finding {
  const [last] = outcomes
  if (last === undefined || !isFailure(last)) return healthy()
  const open = breaker.kind === 'open' ? ', and the breaker is open' : ''
  const details = { reload: last.id, status: last.status }
  return degraded(`what is configured is not what runs: ${last.id} ended as ${last.status}${open}`, details)
}

function findStuck({ stuck }: Engine): Finding {
  if (stuck.length === 0) return healthy()
  const names = stuck.map(({ module }) => module)
  return unhealthy(`could be neither changed nor undone: ${names.join(', ')}`, { modules: names })
}

function findPending({ committed }: Engine): Finding {
  const pending = committed?.pending ?? []
  if (pending.length === 0) return healthy()
  const paths: string[] = pending.map(({ path }) => path)
  return degraded(`waits for a restart: ${paths.join(', ')}`, { paths })
}

function findBoot({ bootedFrom, engine }: OwnChecksParts): Finding {
  const from = bootedFrom()
  // The first generation is what the plane was started with; later ones came from what is configured.
  if (from === 'configured' || (engine().committed?.snapshot.generation ?? 0) > 1) return healthy()
  return degraded(from === 'fallback' ? 'runs on the fallback' : 'runs on the last known good configuration', { from })
}
