import { checkSources } from '../../plane/options.ts'
import { argsSource } from '../../sources/args.ts'
import { envSource } from '../../sources/env.ts'
import { fileSource } from '../../sources/file.ts'
import type { Source } from '../../sources/source.ts'
import type { Inputs } from '../command.ts'
import type { Host } from '../host.ts'
import { usageError } from '../usage-error.ts'
import type { Service } from './service.ts'

/** Lowest first, like those of a plane. */
export interface ChosenSources {
  readonly sources: readonly Source[]
  /** Who described them: the arguments of the command, or the schema module. */
  readonly from: 'arguments' | 'module'
}

/** The sources that were named, or those of the schema module; `--set` stands above both. */
export function chooseSources(service: Service, inputs: Inputs, { env }: Pick<Host, 'env'>): ChosenSources {
  const { files, envPrefix, sets } = inputs
  const named: readonly Source[] = [
    ...files.map((file) => fileSource(file, { watch: false })),
    ...(envPrefix === undefined ? [] : [envSource({ prefix: envPrefix, env })]),
  ]
  const from = named.length > 0 || service.sources === undefined ? 'arguments' : 'module'
  const sources = withArguments(named.length > 0 ? named : (service.sources ?? []), sets)
  if (sources.length === 0 && service.sources === undefined) {
    throw usageError(
      `There is nothing to read: no source is named, and ${service.shown} exports no \`sources\`.`,
      'Name a file with --file config.yaml, or export the sources from the schema module.',
    )
  }
  checkSources(sources)
  return { sources, from }
}

/** A service's own source of arguments would read those of this command: it is given what it would be given there. */
function withArguments(sources: readonly Source[], sets: readonly string[]): readonly Source[] {
  const given = argsSource(sets.flatMap((text) => ['--set', text]))
  if (sources.some(({ name }) => name === given.name)) {
    return sources.map((source) => (source.name === given.name ? given : source))
  }
  return sets.length === 0 ? sources : [...sources, given]
}
