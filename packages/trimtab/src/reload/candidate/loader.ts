import { createDigester } from '../../model/digest.ts'
import { diffTrees } from '../../model/diff.ts'
import type { Layer } from '../../model/layer.ts'
import { type MergeState, mergeTrees } from '../../model/merge.ts'
import { type PlacePart, printOrigin } from '../../model/origin.ts'
import { parsePath, type Segments, valueAt } from '../../model/path.ts'
import { originOf } from '../../model/provenance.ts'
import { type SourceName, sourceName } from '../../model/source-name.ts'
import type { Problem } from '../../schema/problem.ts'
import type { ObjectShape } from '../../schema/shape.ts'
import { toJsonTree } from '../../sources/json-tree.ts'
import type { References, Resolved } from '../../sources/references.ts'
import type { Reference } from '../../sources/references/parse-references.ts'
import type { Source } from '../../sources/source.ts'
import type { Content, Loaded, Loader, OutsideCandidate } from './candidate.ts'
import type { LayerReader } from './read-layers.ts'

export interface LoaderParts {
  readonly sources: readonly Source[]
  readonly reader: LayerReader
  readonly references: References
  readonly shape: ObjectShape
  /** Makes of a digest what may be shown. */
  readonly identify: (digest: string) => string
}

/** Reads the sources and puts together what they say. */
export interface ContentLoader extends Loader {
  /** Puts together layers that were read before. */
  assemble(layers: readonly Layer[], signal: AbortSignal): Promise<Loaded>
  /** What the newest content refers to, also where that is missing: to be watched. */
  readonly referenced: readonly Reference[]
}

const candidateName = sourceName('candidate', 'outside')

/** Each load shares with the one before whatever did not change, so that its cost follows the size of the change. */
export function createLoader({ sources, reader, references, shape, identify }: LoaderParts): ContentLoader {
  const byName = new Map<SourceName, Source>(sources.map((source) => [source.name, source]))
  const digester = createDigester()
  let merged: MergeState | undefined
  let resolved: Resolved | undefined
  let layersBefore: readonly Layer[] = []
  let referenced: readonly Reference[] = []

  const assemble = async (
    layers: readonly Layer[],
    signal: AbortSignal,
    warnings: readonly Problem[],
    remember: boolean,
  ): Promise<Loaded> => {
    const state = mergeTrees(
      layers.map((layer) => layer.tree),
      merged,
    )
    const setter = (path: Segments, part?: PlacePart) => originOf(layers, path, part).winner
    const sourceAt = (path: Segments) => {
      const origin = setter(path)
      return origin && byName.get(origin.source)
    }
    const result = await references.resolve(state.tree, {
      shape,
      // What nobody set holds no reference; whoever is not known is not trusted.
      trustAt: (path) => sourceAt(path)?.references ?? 'allow_listed',
      origin: setter,
      signal,
      previous: resolved,
    })
    if (!result.ok) {
      // When one of those that are missing comes, it may succeed.
      if (remember) referenced = result.names
      const refused = result.error.some(({ code }) => code === 'reference_refused')
      return { kind: refused ? 'invalid' : 'unreadable', problems: result.error }
    }

    const content: Content = {
      layers,
      written: state.tree,
      resolved: result.value.tree,
      digest: identify(digester.digest(result.value.tree)),
      context: { origin: setter, strictAt: (path) => sourceAt(path)?.strict ?? true },
      secrets: [...references.secretsOf(result.value), ...textsAt(result.value)],
      warnings: [...warnings, ...result.value.warnings, ...(remember ? shadowed(layers, layersBefore) : [])],
    }
    if (remember) {
      merged = state
      resolved = result.value
      referenced = result.value.names
      layersBefore = layers
    }
    return { kind: 'loaded', content }
  }

  const fromOutside = async ({ source, tree }: OutsideCandidate, signal: AbortSignal): Promise<Loaded> => {
    const given = toJsonTree(tree)
    if (!given.ok) return { kind: 'invalid', problems: given.error.map((flaw) => ({ severity: 'error', ...flaw })) }
    const frozen = given.value
    const outside = (name: SourceName): Layer => {
      return { source: name, tree: frozen, digest: digester.digest(frozen), locate: () => undefined }
    }
    if (source === undefined) return assemble([outside(candidateName)], signal, [], false)
    const read = await reader.read(signal)
    if (read.kind === 'unreadable') return read
    const named = sources.find((each) => each.name === source)
    if (named === undefined) return { kind: 'invalid', problems: [unknownSource(source, sources)] }
    // A source that is absent has no layer to take the place of: it is put where its precedence says.
    const replaced = sources.flatMap((each) => {
      if (each === named) return [outside(named.name)]
      return read.layers.filter((layer) => layer.source === each.name)
    })
    return assemble(replaced, signal, read.warnings, false)
  }

  return {
    get referenced() {
      return referenced
    },
    assemble: (layers, signal) => assemble(layers, signal, [], true),
    async load(signal, candidate) {
      if (candidate !== undefined) return fromOutside(candidate, signal)
      const read = await reader.read(signal)
      return read.kind === 'unreadable' ? read : assemble(read.layers, signal, read.warnings, true)
    },
  }
}

/** What was written into a layer since the last reading, and has no effect because a higher layer sets it too. */
function shadowed(layers: readonly Layer[], before: readonly Layer[]): readonly Problem[] {
  return layers.flatMap((layer) => {
    const earlier = before.find(({ source }) => source === layer.source)
    if (earlier === undefined || earlier.tree === layer.tree) return []
    return diffTrees(earlier.tree, layer.tree).flatMap((change): readonly Problem[] => {
      if (change.kind === 'removed') return []
      const path = parsePath(change.path)
      const winner = originOf(layers, path).winner
      if (winner === undefined || winner.source === layer.source) return []
      return [
        {
          code: 'shadowed',
          severity: 'warning',
          path: change.path,
          origin: { source: layer.source, location: layer.locate(path) },
          message: `has no effect: ${printOrigin(winner)} sets it as well, and comes later`,
          hint: 'Change it there, or remove it there',
        },
      ]
    })
  })
}

/** The whole texts in which references stood. */
function textsAt({ tree, paths }: Resolved): readonly string[] {
  return paths.flatMap((path) => leafTexts(valueAt(tree, path)))
}

function leafTexts(value: unknown): readonly string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leafTexts)
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
}

function unknownSource(name: string, sources: readonly Source[]): Problem {
  return {
    code: 'absent',
    severity: 'error',
    message: `there is no source ${JSON.stringify(name)}`,
    hint: `The sources are ${sources.map((source) => source.name).join(', ')}`,
  }
}
