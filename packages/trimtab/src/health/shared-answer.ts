import type { Aggregates } from './aggregate.ts'
import type { Sighting } from './collector/sighting.ts'
import type { Aggregate, HealthAnswer, HealthReport } from './report.ts'

/** An answer as all callers share it. Its reports are made for the first who looks: probes never do. */
export class SharedAnswer implements HealthAnswer {
  readonly health: Aggregate
  readonly readiness: Aggregate
  readonly liveness: Aggregate
  readonly startup: Aggregate
  declare readonly reports: readonly HealthReport[]
  readonly version: number
  readonly at: number
  readonly #sightings: readonly Sighting[]
  #reports: readonly HealthReport[] | undefined

  // One getter for all of them: each of its own would be a shape of its own to the engine, which keeps what it holds for long.
  static readonly #reportsProperty: PropertyDescriptor & ThisType<SharedAnswer> = {
    enumerable: true,
    get() {
      this.#reports ??= Object.freeze(this.#sightings.map(({ report }) => report))
      return this.#reports
    },
  }

  constructor(
    { health, readiness, liveness, startup }: Aggregates,
    sightings: readonly Sighting[],
    version: number,
    at: number,
  ) {
    this.health = health
    this.readiness = readiness
    this.liveness = liveness
    this.startup = startup
    this.version = version
    this.at = at
    this.#sightings = sightings
    Object.defineProperty(this, 'reports', SharedAnswer.#reportsProperty)
    Object.freeze(this)
  }
}
