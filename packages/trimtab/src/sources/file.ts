import { resolve } from 'node:path'
import { type Segments, parsePath, printPath } from '../model/path.ts'
import { sourceName } from '../model/source-name.ts'
import { type FileReadingOptions, checkPath, checkTimings, fileReadingRules } from './files/file-options.ts'
import { lazyReader } from './files/lazy-reader.ts'
import type { NameOptions } from './formats/format.ts'
import { type FormatName, formatNames, formatOf, knownExtensions } from './formats/load-format.ts'
import { checkSourceOptions, option, optionInvalid, type OptionRules } from './source-options.ts'
import type { Source } from './source.ts'
import { whyNotSettable } from './text/settable-path.ts'
import { shapeAt } from './text/shape-at.ts'
import { watchLazily } from './watch/watch-lazily.ts'

/** How a file is read and watched. */
export interface FileSourceOptions extends FileReadingOptions {
  /** The syntax of the file, where its extension does not tell. */
  readonly format?: FormatName | undefined
  /** Of a `.env` file: what the names begin with that are meant; others are passed over. Without it every name is. */
  readonly prefix?: string | undefined
  /** Of a `.env` file: names that are given, and the paths they set: `{ DATABASE_URL: 'pool.url' }`. */
  readonly map?: Readonly<Record<string, string>> | undefined
}

/**
 * A file in YAML 1.2, JSON with comments, TOML or `.env`, as its extension says. A relative path is taken from the
 * working directory when a plane opens the source. The file is read as a whole, at most 5 MiB; unknown keys in it are
 * problems, because a person typed them. A file without content is an empty layer; one that does not exist is absent.
 *
 * Changes are noticed, whether the file is written, replaced, or a link on the way to it moves. While a file is being
 * written, or has just vanished or been emptied, reading waits up to `maximumWait` for what comes.
 *
 * Throws `option_invalid` for an extension that is not known and for other options that are not possible.
 *
 * @example
 * fileSource('config.yaml')
 * fileSource('/etc/checkout/local.json', { optional: true })
 * fileSource('.env', { prefix: 'APP_', map: { DATABASE_URL: 'pool.url' } })
 */
export function fileSource(path: string, options: FileSourceOptions = {}): Source {
  checkPath(maker, path)
  checkSourceOptions(maker, options, rules)
  const format = chooseFormat(path, options.format)
  const names = checkNames(format, options)
  const timings = checkTimings(maker, options)
  const { optional = false, watch = true, references = 'local' } = options
  const source = sourceName('file', options.name ?? path)

  return Object.freeze<Source>({
    name: source,
    optional,
    strict: true,
    references,
    follows: watch ? 'push' : 'never',
    open({ clock, shape }) {
      checkMapped(names, (mapped) => shapeAt(shape, mapped) !== undefined)
      const absolutePath = resolve(path)
      const read = lazyReader(async () => {
        const [{ createFileParser }, { createFileReader }] = await Promise.all([
          import('./files/file-parser.ts'),
          import('./files/file-reader.ts'),
        ])
        const parser = createFileParser({ source, file: path, format, shape, names })
        return createFileReader({ source, file: path, absolutePath, parser, timings, clock })
      })
      const close = async () => {}
      if (!watch) return { read, close }
      return {
        read,
        watch: (wake, signal) => watchLazily(absolutePath, { kind: 'file', clock, timings, wake, signal }),
        close,
      }
    },
  })
}

const maker = 'fileSource'

const rules: OptionRules<FileSourceOptions> = {
  ...fileReadingRules,
  format: option.text,
  prefix: option.text,
  map: option.map,
}

function chooseFormat(path: string, given: FormatName | undefined): FormatName {
  if (given !== undefined) {
    if (formatNames.includes(given)) return given
    throw optionInvalid(maker, 'option format', `expected one of ${formatNames.join(', ')}`)
  }
  const format = formatOf(path)
  if (format !== undefined) return format
  throw optionInvalid(
    maker,
    `path ${JSON.stringify(path)}`,
    `its extension is not known. Use ${knownExtensions}, or say the format: { format: 'yaml' }`,
  )
}

function checkNames(format: FormatName, { prefix, map }: FileSourceOptions): NameOptions {
  if (format !== 'dotenv' && (prefix !== undefined || map !== undefined)) {
    throw optionInvalid(maker, 'option prefix or map', 'only the names of .env files have them')
  }
  const mapped = new Map<string, Segments>()
  for (const [name, path] of Object.entries(map ?? {})) {
    const segments = parsePath(path)
    const why = whyNotSettable(segments)
    if (why !== undefined) throw optionInvalid(maker, `option map.${name}`, why)
    mapped.set(name, segments)
  }
  // With a map alone, only the names in it are meant, as for variables of the environment.
  return { prefix: prefix ?? (mapped.size > 0 ? undefined : ''), mapped }
}

function checkMapped({ mapped }: NameOptions, isKnown: (path: Segments) => boolean): void {
  for (const [name, path] of mapped) {
    if (!isKnown(path)) throw optionInvalid(maker, `option map.${name}`, `the schema has no ${printPath(path)}`)
  }
}
