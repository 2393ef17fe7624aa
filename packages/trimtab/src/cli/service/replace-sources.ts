import { stat } from 'node:fs/promises'
import { normalize, resolve } from 'node:path'
import { directorySource } from '../../sources/directory.ts'
import { fileSource } from '../../sources/file.ts'
import { formatOf } from '../../sources/formats/load-format.ts'
import type { Source } from '../../sources/source.ts'
import type { Replacement } from '../command.ts'
import { usageError } from '../usage-error.ts'
import type { ChosenSources } from './choose-sources.ts'

/** A source, or what stands in for it. */
export interface ReplacedSource {
  readonly source: Source
  /** The file or folder that stands in for it. */
  readonly file: string | undefined
}

/** The sources with files in place of some: each keeps its name, its precedence and how far it is trusted. */
export async function replaceSources(
  chosen: ChosenSources,
  replacements: readonly Replacement[],
  cwd: string,
): Promise<readonly ReplacedSource[]> {
  const standIns = new Map<Source, ReplacedSource>()
  for (const replacement of replacements) {
    const original = findSource(chosen.sources, replacement)
    if (standIns.has(original))
      throw usageError(`${original.name} is replaced twice.`, 'Name one file for each source.')
    const { file } = replacement
    standIns.set(original, { source: await standInFor(original, file, chosen.from, cwd), file })
  }
  return chosen.sources.map((source) => standIns.get(source) ?? { source, file: undefined })
}

function findSource(sources: readonly Source[], { source, file }: Replacement): Source {
  const replaceable = sources.filter(({ name }) => isFiles(name))
  if (source === undefined) {
    const [only, another] = replaceable
    if (only !== undefined && another === undefined) return only
    const why = only === undefined ? 'None of the sources is a file' : 'Several of the sources are files'
    throw usageError(`${why}: ${list(sources)}.`, `Say which one it stands for: --replace <source>=${file}.`)
  }
  const meant = replaceable.filter(({ name }) => name === source || normalize(restOf(name)) === normalize(source))
  const [only, another] = meant
  if (only !== undefined && another === undefined) return only
  const why =
    only === undefined ? `There is no file or folder ${source} among the sources` : `${source} can mean two sources`
  throw usageError(`${why}: ${list(sources)}.`, 'Give one of these names, like file:config.yaml=new.yaml.')
}

async function standInFor(
  { name, references, strict }: Source,
  file: string,
  from: ChosenSources['from'],
  cwd: string,
): Promise<Source> {
  const isFolder = name.startsWith('directory:')
  await checkKind(name, file, isFolder, cwd)
  if (!isFolder && from === 'module' && formatOf(file) === 'dotenv') {
    throw usageError(
      `${file} cannot stand for ${name}: what the names in it begin with is known to the schema module alone.`,
      'Write it as YAML, or name all sources as arguments: --file .env.',
    )
  }
  const options = { name: restOf(name), watch: false, references }
  return Object.freeze<Source>({ ...(isFolder ? directorySource(file, options) : fileSource(file, options)), strict })
}

/** One that does not exist is left to be a problem of its reading. */
async function checkKind(name: string, file: string, isFolder: boolean, cwd: string): Promise<void> {
  const found = await stat(resolve(cwd, file)).catch(() => undefined)
  if (found === undefined || found.isDirectory() === isFolder) return
  const kind = isFolder ? 'a folder' : 'a file'
  throw usageError(`${file} cannot stand for ${name}: it is not ${kind}.`, `Give ${kind}.`)
}

function isFiles(name: string): boolean {
  return name.startsWith('file:') || name.startsWith('directory:')
}

function restOf(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function list(sources: readonly Source[]): string {
  return sources.map(({ name }) => name).join(', ') || 'there are none'
}
