import { randomBytes } from 'node:crypto'
import type { RedactionBasis } from '../../model/secrecy/redaction.ts'
import { openReading } from '../../plane/assembly.ts'
import { systemClock } from '../../primitives/time/clock.ts'
import { disposers } from '../../primitives/disposers.ts'
import { systemRandom } from '../../primitives/random.ts'
import type { Content } from '../../reload/candidate/candidate.ts'
import { type PreparedCandidate, prepare } from '../../reload/candidate/prepare.ts'
import type { SourceStatus } from '../../reload/candidate/read-layers.ts'
import type { Problem } from '../../schema/problem.ts'
import type { Source } from '../../sources/source.ts'
import type { Host } from '../host.ts'
import type { Service } from './service.ts'

/** What the sources said, read once. */
export interface ContentRead {
  readonly sources: readonly SourceStatus[]
  readonly basis: RedactionBasis
  readonly loaded:
    | { readonly kind: 'loaded'; readonly content: Content }
    | { readonly kind: 'unreadable' | 'invalid'; readonly problems: readonly Problem[] }
}

/** Reads every source once, as `loadConfig` does, and leaves nothing open. */
export async function readContent(
  { definition, references }: Service,
  sources: readonly Source[],
  { env }: Pick<Host, 'env'>,
): Promise<ContentRead> {
  const open = disposers()
  try {
    const host = { clock: systemClock, random: systemRandom, shape: definition.shape }
    const reading = openReading({ definition, sources, references, readTimeout: undefined, host, env }, open)
    const loaded = await reading.loader.load(new AbortController().signal)
    const basis = { key: randomBytes(32), isReference: reading.isReference }
    return { sources: reading.reader.status, basis, loaded }
  } finally {
    await open.dispose()
  }
}

/** The content as a process would start with it. */
export function prepareBoot({ definition }: Service, content: Content, basis: RedactionBasis): PreparedCandidate {
  return prepare(content, { definition, current: undefined, pinnedSections: [], basis })
}
