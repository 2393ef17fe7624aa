import { join } from 'node:path'
import { adopt } from '../../model/share.ts'
import type { SourceName } from '../../model/source-name.ts'
import { abortable } from '../../primitives/concurrency/abort.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { Problem } from '../../schema/problem.ts'
import type { ObjectShape } from '../../schema/shape.ts'
import type { FileTimings } from '../files/file-options.ts'
import { isSettled, readSettled } from '../files/settled-read.ts'
import { decodeText } from '../formats/decode-text.ts'
import { formatOf, loadFormat } from '../formats/load-format.ts'
import { sourceLimits } from '../limits.ts'
import { failedReading, failureProblem, readFileWithin } from '../read-file.ts'
import type { Reading } from '../source.ts'
import { listOverlayFiles, type OverlayFile } from './folder-listing.ts'
import { type OverlayHome, OverlayLayer } from './overlay-layer.ts'
import type { OverlayListing } from './overlay-source.ts'

export interface FolderOverlaysParts {
  readonly source: SourceName
  /** How the folder is shown to people. */
  readonly folder: string
  readonly absolutePath: string
  readonly shape: ObjectShape
  readonly timings: FileTimings
  readonly clock: Clock
}

/** What the newest listing says of a tenant: its file, or the several that claim to be it. */
type Listed = OverlayFile | readonly OverlayFile[]

/** The files of one folder, each the overlay of the tenant it is named after. */
export class FolderOverlays {
  readonly #parts: FolderOverlaysParts
  readonly #home: OverlayHome
  #listed: ReadonlyMap<string, Listed> = new Map()
  /** Listings are numbered as they begin: one that comes after a later one is not the newest. */
  #begun = 0
  #newest = 0
  /** With what extension and stamp a tenant's file was read last. One that had content and has gone is waited for. */
  readonly #read = new Map<string, string>()

  constructor(parts: FolderOverlaysParts) {
    this.#parts = parts
    const { source, folder } = parts
    this.#home = { source, show: (tenant, extension) => join(folder, `${tenant}${extension}`) }
  }

  async list(signal: AbortSignal): Promise<OverlayListing> {
    const { absolutePath, source, folder } = this.#parts
    this.#begun += 1
    const mine = this.#begun
    const found = await abortable(listOverlayFiles(absolutePath), signal)
    if (found.kind !== 'listed') {
      const failure = found.kind === 'absent' ? { ...found, hint: 'Create the folder, or correct its path.' } : found
      return { kind: 'unreadable', problems: [failureProblem(failure, source, folder)] }
    }
    const listed = new Map<string, Listed>()
    for (const file of found.files) {
      const known = listed.get(file.tenant)
      listed.set(file.tenant, known === undefined ? file : [...filesOf(known), file])
    }
    if (mine > this.#newest) {
      this.#newest = mine
      this.#listed = listed
    }
    const warnings = found.ignored.map(({ name, message, hint }): Problem => {
      return { code: 'not_allowed', severity: 'warning', message, hint, origin: this.#originOf(name) }
    })
    const tenants = [...listed].map(([tenant, of]) => {
      const [first, ...others] = filesOf(of)
      const isChanged = others.length > 0 || first?.stamp === undefined || noteOf(first) !== this.#read.get(tenant)
      return { tenant, state: 'active', isChanged, origin: this.#originOf(first?.name ?? tenant) } as const
    })
    return { kind: 'listed', tenants, warnings }
  }

  async read(tenant: string, signal: AbortSignal): Promise<Reading> {
    const { source, folder, timings, clock } = this.#parts
    const listed = this.#listed.get(tenant)
    if (Array.isArray(listed)) return { kind: 'unreadable', problems: [this.#severalFiles(filesOf(listed))] }
    const known = this.#read.get(tenant)
    const hadContent = known !== undefined
    // Not an array, as was just seen. One that is gone may come back under the name it had.
    const extension = (listed as OverlayFile | undefined)?.extension ?? known?.split(' ', 1)[0] ?? '.yaml'
    const file = `${tenant}${extension}`
    const path = join(this.#parts.absolutePath, file)
    const attempt = () => abortable(readFileWithin(path, sourceLimits.fileBytes), signal)
    const result = await readSettled(attempt, (read) => isSettled(read, hadContent), { ...timings, clock, signal })
    if (result.kind !== 'read') {
      if (result.kind === 'absent') this.#read.delete(tenant)
      return failedReading(result, source, join(folder, file))
    }
    const reading = await this.#parse(tenant, extension, result.bytes)
    // Remembered also where it is broken: it is read again when it has been touched.
    this.#read.set(tenant, noteOf({ extension, stamp: result.stamp }))
    return reading
  }

  async #parse(tenant: string, extension: string, bytes: Uint8Array): Promise<Reading> {
    const { source, shape } = this.#parts
    const file = this.#home.show(tenant, extension)
    const decoded = decodeText(bytes)
    if (!decoded.ok) {
      const { code, message, hint, line, column } = decoded
      const origin = { source, location: { kind: 'file', file, line, column } } as const
      return { kind: 'unreadable', problems: [{ code, severity: 'error', message, hint, origin }] }
    }
    const { parse } = await loadFormat(formatOf(file) ?? 'yaml')
    const names = { prefix: '', mapped: new Map() }
    const parsed = parse({ source, file, text: decoded.text, shape, names })
    if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
    const tree = adopt(parsed.tree)
    const layer = new OverlayLayer(this.#home, tenant, extension, { tree, place: parsed.place })
    return { kind: 'layer', layer, warnings: [] }
  }

  #severalFiles(files: readonly OverlayFile[]): Problem {
    const names = files.map(({ name }) => name).join(' and ')
    return {
      code: 'ambiguous_name',
      severity: 'error',
      message: `a tenant has one file, and this one has ${names}`,
      hint: 'Keep one of them.',
      origin: this.#originOf(files[0]?.name ?? ''),
    }
  }

  #originOf(name: string) {
    const { source, folder } = this.#parts
    return { source, location: { kind: 'file', file: join(folder, name) } } as const
  }
}

function noteOf({ extension, stamp }: Pick<OverlayFile, 'extension' | 'stamp'>): string {
  return `${extension} ${stamp}`
}

function filesOf(listed: Listed): readonly OverlayFile[] {
  // Only lists of files are arrays here.
  return Array.isArray(listed) ? (listed as readonly OverlayFile[]) : [listed as OverlayFile]
}
