import { z } from 'zod'
import { keepAlive } from '../../primitives/time/clock.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { compileShapes } from '../../schema/shape-of.ts'
import { rebuildSchema } from '../../schema/zod/rebuild.ts'
import type { ContractCase } from './contract-case.ts'
import type { SourceHarness, SourceUnderTest } from './source-harness.ts'
import { openSession, type SourceSession } from './source-session.ts'

type Body<Made extends SourceUnderTest> = (session: SourceSession<Made>) => Promise<void>

/** Where the cases of a contract try one kind of source. */
export interface SourceBench<Made extends SourceUnderTest> {
  readonly harness: SourceHarness<Made>
  /** Milliseconds that anything may take. */
  readonly timeout: number
  /** Makes a source with that content for `body`, and takes everything down after it. */
  withSource(tree: JsonObject, body: Body<Made>): Promise<void>
  /** A case that does so. */
  test(name: string, tree: JsonObject, body: Body<Made>): ContractCase
}

export function createSourceBench<Made extends SourceUnderTest>(
  harness: SourceHarness<Made>,
  timeout: number,
): SourceBench<Made> {
  const shape = sampleShape()
  const withSource = async (tree: JsonObject, body: Body<Made>) => {
    // A runner that ends with its process, as node's own does, would not wait for the timers of a source.
    const letGo = keepAlive()
    const failures: unknown[] = []
    try {
      const session = openSession(await harness.make(tree), { shape, timeout })
      try {
        await body(session)
      } catch (error) {
        failures.push(error)
      }
      failures.push(...(await session.end()))
    } finally {
      letGo()
    }
    // What fails while everything is taken down is often only a consequence.
    if (failures.length > 0) throw failures[0]
  }
  return {
    harness,
    timeout,
    withSource,
    test: (name, tree, body) => ({ name, run: () => withSource(tree, body) }),
  }
}

/** The schema of all sample trees, for sources whose values are text. */
function sampleShape() {
  const pool = z.object({ max: z.number().int().optional(), url: z.string().optional() })
  return compileShapes(rebuildSchema(z.object({ name: z.string().optional(), pool: pool.optional() }))).root
}
