import { isTrimtabError, TrimtabError } from '../../errors/trimtab-error.ts'
import { digestOf } from '../../model/digest.ts'
import type { Layer } from '../../model/layer.ts'
import { type SourceName, sourceName } from '../../model/source-name.ts'
import { onAbort } from '../../primitives/concurrency/abort.ts'
import type { Problem } from '../../schema/problem.ts'
import { checkSourceOptions, option, type OptionRules } from '../../sources/source-options.ts'
import type { Reading, Source, SourceHost, SourceReader } from '../../sources/source.ts'
import type { ConfigStore } from '../config-store.ts'
import type { EnvironmentDocument } from '../document.ts'
import type { EnvironmentFeed } from '../feed/environment-feed.ts'
import type { FeedEvent } from '../feed/feed-event.ts'
import { type EnvironmentName, parseEnvironment } from '../scope.ts'
import { authorAt, followAuthors, type LeafAuthors, noAuthors } from './leaf-authors.ts'
import { readerStatusOf } from './feed-status.ts'
import { leaseFeed } from './lease-feed.ts'

/** Which environment of which store. */
export interface StoreSourceOptions {
  readonly store: ConfigStore
  /** `checkout/production`. */
  readonly environment: string
  /** Whether nothing may ever have been published to it: false, so that a misspelt name is noticed. */
  readonly optional?: boolean | undefined
}

/** A source that a plane can also publish to. */
export interface StoreSource extends Source {
  readonly store: ConfigStore
  readonly environment: EnvironmentName
}

/**
 * What an environment of a store holds for all tenants. It is followed: a publish arrives within milliseconds, and one
 * whose notification was lost within 5 s. While the store is away its last content stays in use, with a warning; where
 * none has been read yet, reading fails, and a plane starts from its state folder. Values may refer to what the option
 * `references.allow` lists, and to nothing else.
 *
 * The store stays open when the plane is closed: it is not the plane's. Throws `option_invalid` for options that are not
 * possible.
 *
 * @example
 * const store = memoryStore()
 * const shared = storeSource({ store, environment: 'checkout/production', optional: true })
 * const plane = await createPlane({ config, sources: [fileSource('defaults.yaml'), shared] })
 */
export function storeSource(options: StoreSourceOptions): StoreSource {
  checkSourceOptions('storeSource', options, rules)
  const { store, optional = false } = options
  if (store === undefined) throw storeMissing()
  const environment = parseEnvironment(options.environment)
  const name = sourceName('store', environment)
  return Object.freeze<StoreSource>({
    name,
    optional,
    strict: false,
    references: 'allow_listed',
    follows: 'push',
    store,
    environment,
    open: (host) => openStoreSource(host, { store, environment, name }),
  })
}

/** Whether a source is one that `storeSource` made. */
export function isStoreSource(source: Source): source is StoreSource {
  return 'store' in source && 'environment' in source && source.name === `store:${String(source.environment)}`
}

const rules: OptionRules<StoreSourceOptions> = {
  store: {
    expected: 'a store, as memoryStore() gives one',
    fits: (value) => typeof value === 'object' && value !== null && 'wakeups' in value,
  },
  environment: option.text,
  optional: option.flag,
}

function openStoreSource(
  host: SourceHost,
  { store, environment, name }: Pick<StoreSource, 'store' | 'environment' | 'name'>,
): SourceReader {
  const { value: feed, release } = leaseFeed(host, store, environment)
  let authors: LeafAuthors = noAuthors
  let last: Layer | undefined
  /** What the newest reading was of. */
  let given: EnvironmentDocument | undefined
  const stopListening = feed.events.on((event) => {
    if (event.kind === 'advanced') authors = followAuthors(authors, event.revisions, undefined)
    if (event.kind === 'adopted') authors = noAuthors
  })

  const layerOf = (document: EnvironmentDocument): Layer => {
    const { tree } = document
    if (last?.tree === tree) return last
    const known = authors
    const locate: Layer['locate'] = (path) => authorAt(known, path)
    last = Object.freeze<Layer>({ source: name, tree, digest: digestOf(tree), locate })
    return last
  }
  const read = async (signal: AbortSignal): Promise<Reading> => {
    let document: EnvironmentDocument
    try {
      document = feed.document ?? (await feed.ready(signal))
    } catch (error) {
      return { kind: 'unreadable', problems: [unreadable(name, error)] }
    }
    given = document
    if (document.cursor.revision === 0) return { kind: 'absent', problem: unpublished(name, environment) }
    return { kind: 'layer', layer: layerOf(document), warnings: ageWarnings(name, feed) }
  }

  return {
    read,
    get status() {
      return readerStatusOf(feed)
    },
    async refresh(signal) {
      await feed.refresh(signal)
    },
    watch: (wake, signal) => {
      const { document } = feed
      if (document !== undefined && isOther(given, document)) wake()
      return listening(feed, signal, (event) => {
        if (isNews(event)) wake()
      })
    },
    async close() {
      stopListening()
      await release()
    },
  }
}

/** Calls `listener` for what a feed tells, until the signal aborts. */
export function listening(
  feed: EnvironmentFeed,
  signal: AbortSignal,
  listener: (event: FeedEvent) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const stop = feed.events.on(listener)
    onAbort(signal, () => {
      stop()
      resolve()
    })
  })
}

function isNews(event: FeedEvent): boolean {
  if (event.kind !== 'advanced' && event.kind !== 'adopted') return false
  return isOther(event.previous, event.next)
}

function isOther(previous: EnvironmentDocument | undefined, next: EnvironmentDocument): boolean {
  return previous?.tree !== next.tree || (previous.cursor.revision === 0) !== (next.cursor.revision === 0)
}

/** The same text for as long as it lasts: a warning that is another one at every reading would be told every time. */
export function ageWarnings(source: SourceName, { health }: EnvironmentFeed): readonly Problem[] {
  if (health.kind !== 'stale') return []
  const read = health.readAt === undefined ? '' : `, which is of ${momentText(health.readAt)}`
  return [
    {
      code: 'unreadable',
      severity: 'warning',
      message: `can't be read since ${momentText(health.since)}; its last content stays in use${read}`,
      origin: { source },
    },
  ]
}

export function unreadable(source: SourceName, error: unknown): Problem {
  const message = isTrimtabError(error) ? error.message : 'could not be read'
  return { code: 'unreadable', severity: 'error', message, origin: { source } }
}

function unpublished(source: SourceName, environment: string): Problem {
  return {
    code: 'absent',
    severity: 'error',
    message: `nothing has ever been published to ${environment}`,
    hint: 'Check its name, publish to it, or mark the source optional.',
    origin: { source },
  }
}

function momentText(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

function storeMissing(): TrimtabError {
  return new TrimtabError('option_invalid', 'The option store of storeSource() is missing: expected a store.')
}
