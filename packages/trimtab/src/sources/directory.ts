import { resolve } from 'node:path'
import { sourceName } from '../model/source-name.ts'
import { type FileReadingOptions, checkPath, checkTimings, fileReadingRules } from './files/file-options.ts'
import { lazyReader } from './files/lazy-reader.ts'
import { formatOf, knownExtensions } from './formats/load-format.ts'
import { checkSourceOptions, option, optionInvalid, type OptionRules } from './source-options.ts'
import type { Source } from './source.ts'
import { watchLazily } from './watch/watch-lazily.ts'

/** How a folder is read. What `FileSourceOptions` says of reading and watching holds for each of its files. */
export interface DirectorySourceOptions extends FileReadingOptions {
  /** Read only these: `['.yaml']`. All that are known, if it is left away. */
  readonly extensions?: readonly string[] | undefined
}

/**
 * The files of a folder, `conf.d` style: merged into one layer in the order of their names, a later one before an
 * earlier one, as sources are. Names are compared by code units, so that `10-…` comes before `9-…`: number them alike.
 *
 * Hidden files and what editors leave behind are passed over; other extensions and folders inside are warned of. A
 * ConfigMap of Kubernetes is such a folder. All files together may have 5 MiB. When one of them cannot be read the
 * source cannot, and all its problems are named.
 *
 * Throws `option_invalid` for options that are not possible.
 *
 * @example
 * directorySource('/etc/checkout/conf.d', { optional: true })
 */
export function directorySource(path: string, options: DirectorySourceOptions = {}): Source {
  checkPath(maker, path)
  checkSourceOptions(maker, options, rules)
  const extensions = checkExtensions(options.extensions)
  const timings = checkTimings(maker, options)
  const { optional = false, watch = true, references = 'local' } = options
  const source = sourceName('directory', options.name ?? path)

  return Object.freeze<Source>({
    name: source,
    optional,
    strict: true,
    references,
    follows: watch ? 'push' : 'never',
    open({ clock, shape }) {
      const absolutePath = resolve(path)
      const read = lazyReader(async () => {
        const { createFolderReader } = await import('./files/folder-reader.ts')
        return createFolderReader({ source, folder: path, absolutePath, extensions, shape, timings, clock })
      })
      const close = async () => {}
      if (!watch) return { read, close }
      return {
        read,
        watch: (wake, signal) => watchLazily(absolutePath, { kind: 'directory', clock, timings, wake, signal }),
        close,
      }
    },
  })
}

const maker = 'directorySource'

const rules: OptionRules<DirectorySourceOptions> = { ...fileReadingRules, extensions: option.texts }

function checkExtensions(extensions: readonly string[] | undefined): readonly string[] | undefined {
  const lower = extensions?.map((extension) => extension.toLowerCase())
  const unknown = lower?.find((extension) => !extension.startsWith('.') || formatOf(`x${extension}`) === undefined)
  if (unknown === undefined && lower?.length !== 0) return lower
  throw optionInvalid(maker, 'option extensions', `expected some of ${knownExtensions}`)
}
