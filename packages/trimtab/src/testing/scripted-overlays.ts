import { digestOf } from '../model/digest.ts'
import type { Layer } from '../model/layer.ts'
import { sourceName } from '../model/source-name.ts'
import { adopt } from '../model/share.ts'
import { cloneJson, type JsonObject } from '../primitives/json.ts'
import type { Problem } from '../schema/problem.ts'
import type { OverlaySource } from '../sources/overlays/overlay-source.ts'
import type { Reading } from '../sources/source.ts'

/** How a scripted source of overlays starts, and what it is. */
export interface ScriptedOverlaysOptions {
  /** The overlays at first, by tenant. */
  readonly trees?: Readonly<Record<string, JsonObject>> | undefined
  /** What tenants without one are: see `OverlaySource`. */
  readonly unlisted?: OverlaySource['unlisted'] | undefined
}

/** Overlays that do what a test says. */
export interface ScriptedOverlays extends OverlaySource {
  /** From now on the tenant has this overlay; undefined takes it away. Wakes whoever follows. */
  set(tenant: string, tree: JsonObject | undefined): void
  /** From now on the tenant's overlay can't be read. Wakes whoever follows. */
  fail(tenant: string, message: string): void
  suspend(tenant: string, isSuspended: boolean): void
  /** From now on the list can't be read; undefined: it can. */
  failList(message: string | undefined): void
  /** How many overlays have been read. */
  readonly reads: number
}

interface Held {
  readonly content: JsonObject | string
  readonly isSuspended: boolean
  readonly version: number
}

/**
 * Overlays in memory, for tests of what happens when a tenant's own values change.
 *
 * @example
 * const overlays = scriptedOverlays({ trees: { acme: { limits: { requestsPerSecond: 5 } } } })
 * const plane = await createTestPlane(config, { tenants: { overlays } })
 * plane.tenants.get('acme').config.limits.requestsPerSecond // 5
 * overlays.set('acme', undefined)
 */
export function scriptedOverlays({ trees = {}, unlisted = 'shared' }: ScriptedOverlaysOptions = {}): ScriptedOverlays {
  const name = sourceName('tenants', 'scripted')
  const wakes = new Set<(tenant?: string) => void>()
  const held = new Map<string, Held>()
  let listFailure: string | undefined
  let reads = 0
  let changes = 0
  const put = (tenant: string, content: JsonObject | string | undefined) => {
    const before = held.get(tenant)
    changes += 1
    if (content === undefined) held.delete(tenant)
    else held.set(tenant, { content, isSuspended: before?.isSuspended ?? false, version: changes })
    for (const wake of wakes) wake(before === undefined ? undefined : tenant)
  }
  // A clone of an object of JSON is one.
  const own = (tree: JsonObject) => adopt(cloneJson(tree) as JsonObject)
  for (const [tenant, tree] of Object.entries(trees)) put(tenant, own(tree))

  return {
    name,
    unlisted,
    open() {
      const seen = new Map<string, number>()
      return {
        async list() {
          if (listFailure !== undefined) return { kind: 'unreadable', problems: [problem(listFailure)] }
          const tenants = [...held].map(([tenant, { isSuspended, version }]) => ({
            tenant,
            state: isSuspended ? ('suspended' as const) : ('active' as const),
            isChanged: seen.get(tenant) !== version,
            origin: { source: name },
          }))
          return { kind: 'listed', tenants, warnings: [] }
        },
        async read(tenant): Promise<Reading> {
          reads += 1
          const found = held.get(tenant)
          if (found === undefined) return { kind: 'absent', problem: problem('has none') }
          seen.set(tenant, found.version)
          const { content } = found
          if (typeof content === 'string') return { kind: 'unreadable', problems: [problem(content)] }
          return { kind: 'layer', layer: new ScriptedLayer(content), warnings: [] }
        },
        async watch(wake, signal) {
          wakes.add(wake)
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
          wakes.delete(wake)
        },
        async close() {},
      }
    },
    set: (tenant, tree) => put(tenant, tree === undefined ? undefined : own(tree)),
    fail: (tenant, message) => put(tenant, message),
    suspend(tenant, isSuspended) {
      const before = held.get(tenant)
      if (before !== undefined) held.set(tenant, { ...before, isSuspended })
      for (const wake of wakes) wake()
    },
    failList(message) {
      listFailure = message
      for (const wake of wakes) wake()
    },
    get reads() {
      return reads
    },
  }

  function problem(message: string): Problem {
    return { code: 'unreadable', severity: 'error', message, origin: { source: name } }
  }
}

/** Nothing but the tree: there may be thousands of them. */
class ScriptedLayer implements Layer {
  readonly tree: JsonObject

  constructor(tree: JsonObject) {
    this.tree = tree
  }

  get source() {
    return sourceName('tenants', 'scripted')
  }

  get digest() {
    return digestOf(this.tree)
  }

  locate() {
    return undefined
  }
}
