import { describeThrown, isTrimtabError } from '../../errors/trimtab-error.ts'
import type { Module } from '../../modules/define-module.ts'
import { createGraph } from '../../modules/graph.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { Disposers } from '../../primitives/disposers.ts'
import type { Emitter } from '../../primitives/emitter.ts'
import type { Logger } from '../../primitives/logger.ts'
import { isFailure } from '../../reload/outcome-of.ts'
import type { Journal } from '../../reload/proof/journal.ts'
import { importApi, loadApi } from '../../telemetry/load-api.ts'
import type { OtelApi } from '../../telemetry/otel-api.ts'
import { createTelemetry } from '../../telemetry/telemetry.ts'
import type { PlaneEvent } from '../events/plane-event.ts'
import { libraryVersion } from '../state/library-version.ts'
import { createPlaneObserver, type ObservedPlane } from './observe-plane.ts'
import { createEventRecorder } from './record-events.ts'
import { createReloadSpans } from './reload-spans.ts'
import { createTelemetryLabels } from './telemetry-labels.ts'
import type { TelemetryOptions } from './telemetry-options.ts'

export interface PlaneTelemetryParts {
  readonly options: false | TelemetryOptions | undefined
  readonly instance: string
  readonly modules: readonly Module[]
  readonly clock: Clock
  readonly logger: Logger
  readonly load?: (() => Promise<OtelApi>) | undefined
}

interface FollowedPlane extends Omit<ObservedPlane, 'convergedAt'> {
  readonly told: Emitter<PlaneEvent>
}

/** The metrics and spans of one plane. */
export interface PlaneTelemetry {
  /** The same journal, overheard for spans. */
  listening(journal: Journal): Journal
  /** Measures this plane from now on, from before its boot. */
  follow(plane: FollowedPlane): void
  /**
   * Resolves when everything is recorded, or nothing will be: waited for where the option asks for it. Then it rejects with
   * `dependency_missing` where OpenTelemetry's API is not installed.
   */
  readonly ready: Promise<void>
}

const silent: PlaneTelemetry = { listening: (journal) => journal, follow() {}, ready: Promise.resolve() }

/**
 * Opens what is recorded of a plane. Without the option OpenTelemetry is used where it is installed: nothing waits for it to
 * be loaded, and whatever is wrong with it is no reason not to start.
 */
export function openTelemetry(parts: PlaneTelemetryParts, open: Disposers): PlaneTelemetry {
  const { options = {}, instance, modules, clock, logger, load = importApi } = parts
  if (options === false) return silent
  const { meterProvider, tracerProvider, tenantLabels } = options
  const labels = createTelemetryLabels(tenantLabels)
  let observed: ObservedPlane | undefined
  let convergedAt: number | undefined
  const observePlane = createPlaneObserver(labels)
  const telemetry = createTelemetry({
    meterProvider,
    tracerProvider,
    attributes: { 'trimtab.instance': instance },
    look: (observe) => {
      if (observed !== undefined) observePlane(observed, observe)
    },
  })
  const spans = createReloadSpans(() => clock.now(), createGraph(modules), telemetry.span)
  const recordEvent = createEventRecorder(telemetry.record, labels)

  const connect = async () => {
    const [api, version] = await Promise.all([loadApi(load), libraryVersion()])
    telemetry.connect(api, version)
  }
  const ready = connect().catch((error: unknown) => {
    telemetry.close()
    if (parts.options !== undefined) throw error
    if (isTrimtabError(error) && error.code === 'dependency_missing') return
    logger.warn(`Nothing is told to OpenTelemetry: ${describeThrown(error)}`)
  })
  ready.catch(() => {})
  open.add(() => telemetry.close())

  return {
    ready,
    listening: (journal) => spans.listening(journal),
    follow({ told, ...plane }) {
      observed = { ...plane, convergedAt: () => convergedAt }
      const stop = told.on((event) => {
        if (event.kind === 'settled' && !isFailure(event.outcome)) convergedAt = clock.now()
        recordEvent(event)
        spans.follow(event)
      })
      open.add(stop)
    },
  }
}
