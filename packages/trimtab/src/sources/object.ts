import { TrimtabError } from '../errors/trimtab-error.ts'
import { digestOf } from '../model/digest.ts'
import type { Layer } from '../model/layer.ts'
import { sourceName } from '../model/source-name.ts'
import type { JsonObject } from '../primitives/json.ts'
import { toJsonTree } from './json-tree.ts'
import { checkSourceOptions, option, type OptionRules } from './source-options.ts'
import type { Reading, ReferenceTrust, Source } from './source.ts'

/** How the object is named and how strictly it is taken. */
export interface ObjectSourceOptions {
  /** What the source is called, after `object:`; `inline`, if it is left away. */
  readonly name?: string | undefined
  /** Whether unknown keys are problems, the default, or warnings. */
  readonly strict?: boolean | undefined
  readonly references?: ReferenceTrust | undefined
}

/**
 * Configuration that is written in code: for tests, and for defaults that no schema should hold. The object is copied
 * when this is called; changing it later changes nothing. Throws `option_invalid` for anything that JSON cannot carry.
 *
 * @example
 * objectSource({ pool: { max: 5 } })
 */
export function objectSource(tree: JsonObject, options: ObjectSourceOptions = {}): Source {
  checkSourceOptions('objectSource', options, rules)
  const { strict = true, references = 'local' } = options
  const copy = toJsonTree(tree)
  if (!copy.ok) {
    const flaws = copy.error.map(({ path, message }) => `\n  ${path === undefined ? message : `${path}: ${message}`}`)
    throw new TrimtabError('option_invalid', `The object given to objectSource() is no configuration:${flaws.join('')}`)
  }
  const source = sourceName('object', options.name ?? 'inline')
  const layer: Layer = Object.freeze({
    source,
    tree: copy.value,
    digest: digestOf(copy.value),
    locate: () => undefined,
  })
  const reading: Reading = Object.freeze({ kind: 'layer', layer, warnings: [] })
  return Object.freeze<Source>({
    name: source,
    optional: false,
    strict,
    references,
    follows: 'never',
    open: () => ({ read: async () => reading, close: async () => {} }),
  })
}

const rules: OptionRules<ObjectSourceOptions> = { name: option.name, strict: option.flag, references: option.trust }
