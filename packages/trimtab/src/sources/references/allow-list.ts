import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize, resolve, sep } from 'node:path'
import { TrimtabError } from '../../errors/trimtab-error.ts'
import { type Result, err, ok } from '../../primitives/result.ts'
import { failureKind } from '../failure-kind.ts'
import type { Reference } from './parse-references.ts'
import type { ReferenceFailure } from './resolver.ts'

/**
 * What values that anybody may publish (of a store, a remote plane, an overlay, an override) may refer to. Without an
 * entry nothing: who may publish must not be able to read the machine. Layers that are local need no entry.
 */
export interface ReferenceAllowList {
  /** Variables by name; `*` stands for any run of characters: `DB_*`. A bare `*` is not accepted. */
  readonly env?: readonly string[] | undefined
  /**
   * Folders or single files, as absolute paths. The real path of what is read has to lie there, so that neither `..`
   * nor a link leads out. The root is not accepted.
   */
  readonly files?: readonly string[] | undefined
  /** Names for the schemes of other resolvers, with `*` as for variables: `{ vault: ['kv/checkout/*'] }`. */
  readonly others?: Readonly<Record<string, readonly string[]>> | undefined
}

/** Says which name may be asked of the resolver in place of the one that was written; for a file it is its real path. */
export interface AllowList {
  check(reference: Reference): Promise<Result<string, ReferenceFailure>>
}

/** Throws `option_invalid` for an entry that admits everything or cannot be understood. */
export function createAllowList(allowed: ReferenceAllowList = {}): AllowList {
  checkNames(allowed)
  const names = new Map<string, readonly string[]>([['env', checkList('env', allowed.env).map(checkGlob)]])
  for (const [scheme, globs] of Object.entries(allowed.others ?? {})) {
    if (scheme === 'env' || scheme === 'file') throw invalid(`others.${scheme}`, 'use env and files for those schemes')
    names.set(scheme, checkList(`others.${scheme}`, globs).map(checkGlob))
  }
  const places = checkList('files', allowed.files).map(checkPlace)

  return {
    async check({ scheme, name }) {
      if (scheme === 'file') return checkFile(name, places)
      return names.get(scheme)?.some((glob) => matchesGlob(glob, name)) === true ? ok(name) : notAllowed
    },
  }
}

async function checkFile(name: string, places: readonly string[]): Promise<Result<string, ReferenceFailure>> {
  // Outside of the listed places the file system is not touched: no answer may tell what exists there.
  if (!isPlainPath(name) || !places.some((place) => isWithin(resolve(name), place))) return notAllowed
  try {
    const real = await realpath(name)
    return (await isWithinReal(real, places)) ? ok(real) : notAllowed
  } catch (error) {
    // Nor what is missing there, seen through a link that leads out.
    if (!(await isWithinReal(await nearestReal(name), places))) return notAllowed
    const kind = failureKind(error)
    if (kind === 'ENOENT' || kind === 'ENOTDIR') {
      return err({ kind: 'unset', message: 'does not exist', hint: 'Create the file, or correct its path.' })
    }
    return err({ kind: 'failed', message: `could not be read (${kind})` })
  }
}

function isPlainPath(name: string): boolean {
  return isAbsolute(name) && !name.includes('\0') && !name.split(/[\\/]/).includes('..')
}

async function isWithinReal(real: string, places: readonly string[]): Promise<boolean> {
  for (const place of places) if (isWithin(real, await realPlace(place))) return true
  return false
}

/** The real path of as much of a path as exists, and the rest as it is written. */
async function nearestReal(path: string): Promise<string> {
  const parent = dirname(path)
  try {
    return join(await realpath(parent), basename(path))
  } catch {
    return parent === path ? path : join(await nearestReal(parent), basename(path))
  }
}

/** A listed place may itself be a link, as `/var/run` is; one that does not exist stays as it is written. */
async function realPlace(place: string): Promise<string> {
  try {
    return await realpath(place)
  } catch {
    return place
  }
}

function isWithin(path: string, place: string): boolean {
  // With the separator: `/run/secrets` must not admit `/run/secrets-of-others`.
  return path === place || path.startsWith(place + sep)
}

/** A misspelt name would allow nothing, and nobody would know why. */
function checkNames(allowed: ReferenceAllowList): void {
  if (!isObject(allowed)) throw invalid('allow', 'expected an object, like { env: ["DB_*"] }')
  const unknown = Object.keys(allowed).find((name) => name !== 'env' && name !== 'files' && name !== 'others')
  if (unknown !== undefined) throw invalid(`allow.${unknown}`, 'it is not known; there are env, files and others')
  if (allowed.others !== undefined && !isObject(allowed.others)) throw invalid('others', 'expected an object of lists')
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checkList(name: string, list: readonly string[] = []): readonly string[] {
  if (Array.isArray(list)) return list
  throw invalid(name, 'expected a list')
}

function checkPlace(place: string): string {
  if (typeof place !== 'string' || !isAbsolute(place)) throw invalid('files', 'every entry must be an absolute path')
  const normal = normalize(place)
  const trimmed = normal.endsWith(sep) ? normal.slice(0, -sep.length) : normal
  if (trimmed === '' || resolve(trimmed) === resolve('/')) throw invalid('files', 'the root would admit every file')
  return trimmed
}

function checkGlob(glob: string): string {
  if (typeof glob !== 'string' || !/[^*]/.test(glob)) {
    throw invalid('env and others', 'every entry must name something: a bare * would admit everything')
  }
  return glob
}

/** Compares from left to right without going back, so that no pattern makes it slow. */
function matchesGlob(glob: string, name: string): boolean {
  const [first = '', ...rest] = glob.split('*')
  if (rest.length === 0) return glob === name
  const last = rest.pop() ?? ''
  if (!name.startsWith(first)) return false
  let at = first.length
  for (const piece of rest) {
    const found = name.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return name.length - last.length >= at && name.endsWith(last)
}

const notAllowed = err<ReferenceFailure>({
  kind: 'refused',
  message: 'is not in the allow-list',
  hint: 'Who may publish a value may only refer to what the code allows: add the name to the `references` option, or set the value in a local source.',
})

function invalid(option: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option references.${option} is not possible: ${why}.`)
}
