import { randomBytes } from 'node:crypto'
import { keyedDigest } from '../model/digest.ts'
import type { KnownSecrets } from '../model/secrecy/known-secrets.ts'
import type { RedactionBasis } from '../model/secrecy/redaction.ts'
import { createGraph } from '../modules/graph.ts'
import { defaultTimeouts, type ModuleTimeouts } from '../modules/define-module.ts'
import { type Clock, systemClock } from '../primitives/time/clock.ts'
import type { Disposers } from '../primitives/disposers.ts'
import { guardedLogger, type Logger, silentLogger } from '../primitives/logger.ts'
import { type Random, systemRandom } from '../primitives/random.ts'
import { type ContentLoader, createLoader } from '../reload/candidate/loader.ts'
import { createLayerReader, type LayerReader, type OpenSource } from '../reload/candidate/read-layers.ts'
import type { Loader } from '../reload/candidate/candidate.ts'
import { Engine } from '../reload/engine.ts'
import type { Journal } from '../reload/proof/journal.ts'
import type { Judge } from '../reload/proof/judge.ts'
import type { ConfigDefinition } from '../schema/define-config.ts'
import type { Source, SourceHost } from '../sources/source.ts'
import { createReferences, type References } from '../sources/references.ts'
import { environmentResolver } from '../sources/references/environment-resolver.ts'
import { fileResolver } from '../sources/references/file-resolver.ts'
import { hasReference } from '../sources/references/parse-references.ts'
import type { ReferenceResolver } from '../sources/references/resolver.ts'
import type { Guard } from '../tenancy/guard/guard.ts'
import type { TenantContext } from '../tenancy/tenants.ts'
import {
  breakerOptions,
  type PlaneOptions,
  type ReferenceOptions,
  type ReloadOptions,
  reloadDefaults,
} from './options.ts'

/** What reading configuration needs, with or without a plane around it. */
export interface Reading {
  readonly opened: readonly OpenSource[]
  readonly reader: LayerReader
  readonly loader: ContentLoader
  /** Makes of a digest what may be shown. */
  readonly identify: (digest: string) => string
  /** Milliseconds that reading one source may take. */
  readonly readTimeout: number
  readonly resolvers: readonly ReferenceResolver[]
  readonly references: References
  /** Whether a text holds a reference that somebody would resolve. */
  readonly isReference: (text: string) => boolean
}

export interface ReadingParts {
  readonly definition: ConfigDefinition
  readonly sources: readonly Source[]
  readonly references: ReferenceOptions | undefined
  readonly readTimeout: number | undefined
  readonly host: SourceHost
  readonly env: Readonly<Record<string, string | undefined>>
  /** What content is identified with; asked at every load, because the state folder is opened after the sources. */
  readonly digestKey?: (() => Uint8Array) | undefined
}

/** Opens sources; each is given to `open` to be closed, as soon as it is. */
export function openReading(
  { definition, sources, references, readTimeout = reloadDefaults.readTimeout, host, env, digestKey }: ReadingParts,
  open: Disposers,
): Reading {
  const resolvers = [environmentResolver(env), fileResolver(host), ...(references?.resolvers ?? [])]
  const resolving = createReferences({ resolvers, allow: references?.allow, clock: host.clock })
  const schemes = new Set(resolvers.map(({ scheme }) => scheme))
  const opened = sources.map((source) => {
    const reader = source.open(host)
    open.add(
      () => reader.close(),
      () => [source.name],
    )
    return { source, reader }
  })
  const reader = createLayerReader(opened, host.clock, readTimeout)
  const ownKey = randomBytes(32)
  const identify = (digest: string) => keyedDigest(digestKey?.() ?? ownKey, digest)
  const loader = createLoader({ sources, reader, references: resolving, shape: definition.shape, identify })
  return {
    opened,
    reader,
    loader,
    identify,
    readTimeout,
    resolvers,
    references: resolving,
    isReference: (text) => hasReference(text, schemes),
  }
}

export interface EngineParts {
  readonly options: PlaneOptions
  readonly definition: ConfigDefinition
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly loader: Loader
  readonly journal: Journal
  readonly basis: RedactionBasis
  readonly tenants: TenantContext
  readonly guard: Guard
  readonly judge: Judge
  readonly furtherSecrets: KnownSecrets
}

const undoLimit = 8

export function assembleEngine(parts: EngineParts): Engine {
  const { options, clock, random, logger, loader, journal, basis, tenants, guard } = parts
  const { reload = {} } = options
  return new Engine({
    host: {
      clock,
      timeouts: timeoutsOf(reload),
      log: (module) => guardedLogger(logger, (text) => text, `${module.name}: `),
      tenants,
      guard,
      definition: parts.definition,
      graph: createGraph(options.modules ?? []),
      loader,
      journal,
      policy: {
        apply: reload.apply ?? reloadDefaults.apply,
        restartOnly: reload.restartOnly ?? reloadDefaults.restartOnly,
      },
      basis,
      logger,
      furtherSecrets: parts.furtherSecrets,
    },
    random,
    breaker: breakerOptions(options.breaker),
    judge: parts.judge,
    historyLimit: reload.history ?? reloadDefaults.history,
    undoLimit,
  })
}

function timeoutsOf(reload: ReloadOptions): Required<ModuleTimeouts> {
  return {
    startTimeout: reload.startTimeout ?? defaultTimeouts.startTimeout,
    checkTimeout: reload.checkTimeout ?? defaultTimeouts.checkTimeout,
    reloadTimeout: reload.reloadTimeout ?? defaultTimeouts.reloadTimeout,
    stopTimeout: reload.stopTimeout ?? defaultTimeouts.stopTimeout,
    drainTimeout: reload.drainTimeout ?? defaultTimeouts.drainTimeout,
  }
}

export function timeOf({
  clock = systemClock,
  random = systemRandom,
}: {
  clock?: Clock | undefined
  random?: Random | undefined
}): {
  readonly clock: Clock
  readonly random: Random
} {
  return { clock, random }
}

/** Without a logger, what somebody has to act on goes to stderr. */
export function loggerOf(given: Logger | false | undefined): Logger {
  if (given === false) return silentLogger
  const logger: Logger = given ?? {
    debug() {},
    info() {},
    // The one place that writes without having been given where to.
    // oxlint-disable-next-line no-console
    warn: (message) => console.warn(message),
    // oxlint-disable-next-line no-console
    error: (message) => console.error(message),
  }
  return guardedLogger(logger, (text) => text)
}
