import {
  type CheckRole,
  type Finding,
  type Findings,
  type HealthAnswer,
  type HealthCheck,
  type HealthReport,
  type Json,
  healthy,
  temporary,
  unhealthy,
} from 'trimtab'
import { valueAt } from './shop-config.ts'
import type { Shop } from './shop.ts'

/** What a check can be told to do. */
export const conducts = ['passes', 'fails', 'fails for a moment', 'throws', 'never answers'] as const
export type Conduct = (typeof conducts)[number]

export const roles = ['required', 'optional', 'shared', 'liveness'] as const
export type Role = (typeof roles)[number]

const meaning: Readonly<Record<Role, CheckRole>> = {
  required: {},
  optional: { optional: true },
  shared: { shared: true },
  liveness: { kind: 'liveness' },
}

/** The health checks of the service, which do as they are told. */
export class Checks {
  readonly #shop: Shop
  readonly #conducts = new Map<string, () => Conduct>()
  readonly #runs = new Map<string, number>()
  /** How those that came after the start are taken away. */
  readonly #removers = new Map<string, () => void>()
  /** What came of asking for a fresh answer, and after which time. */
  readonly answers: { readonly answer: HealthAnswer; readonly after: number }[] = []

  /** What a probe has replied. */
  reply = ''

  constructor(shop: Shop) {
    this.#shop = shop
  }

  add(name: string, role: Role): void {
    this.#conducts.set(name, () => 'passes')
    const check = { name, ...meaning[role], run: () => this.#run(name) }
    this.#shop.with((options) => ({ ...options, checks: [...(options.checks ?? []), check] }))
  }

  /** A further one, while the service runs, or the same in another form. */
  addLater(name: string, form: Pick<HealthCheck, 'optional' | 'fall'> = {}): void {
    this.drop(name)
    this.#removers.set(name, this.#shop.plane.health.add({ name, ...form, run: () => this.#run(name) }))
  }

  /** Takes away one that came after the start. */
  drop(name: string): void {
    this.#removers.get(name)?.()
    this.#removers.delete(name)
  }

  /** What the service does to its checks by itself, when a value comes to be above the limit. */
  whenAbove(path: string, limit: number, act: () => void): void {
    this.#shop.plane.watch(
      (config) => Number(valueAt(config, path)) > limit,
      ({ next }) => {
        if (next) act()
      },
    )
  }

  /** What the check sets while what it looks at is down. */
  ease(name: string, edits: Readonly<Record<string, Json>>): void {
    const remedy = { after: 4, edits, for: '1h', reason: `${name} is down` }
    this.#shop.with(({ checks = [], ...options }) => ({
      ...options,
      health: { remedies: { atMost: 1 } },
      checks: checks.map((check) => (check.name === name ? { ...check, remedy } : check)),
    }))
  }

  say(name: string, conduct: Conduct): void {
    this.#conducts.set(name, () => conduct)
  }

  /** It fails for as long as a value is above the limit, and passes otherwise. */
  failAbove(name: string, path: string, limit: number): void {
    this.#conducts.set(name, () => (Number(valueAt(this.#shop.plane.config, path)) > limit ? 'fails' : 'passes'))
  }

  runs(name: string): number {
    return this.#runs.get(name) ?? 0
  }

  forgetRuns(): void {
    this.#runs.clear()
  }

  /** What the first answer says of a check. */
  answered(name: string): HealthReport | undefined {
    return this.answers[0]?.answer.reports.find(({ check }) => check === name)
  }

  /** So many callers at once, each of whom wants to know how it is now. */
  async ask(callers: number): Promise<void> {
    const { clock, plane } = this.#shop
    const startedAt = clock.monotonic()
    this.forgetRuns()
    for (let caller = 0; caller < callers; caller += 1)
      void plane.health
        .check({ fresh: true })
        .then((answer) => this.answers.push({ answer, after: clock.monotonic() - startedAt }))
    for (let step = 0; step < 100 && this.answers.length < callers; step += 1) await clock.advance(50)
  }

  #run(name: string): Findings | Promise<Finding> {
    this.#runs.set(name, this.runs(name) + 1)
    const conduct = this.#conducts.get(name)?.() ?? 'passes'
    switch (conduct) {
      case 'passes':
        return healthy()
      case 'fails':
        return unhealthy(`${name} is broken`)
      case 'fails for a moment':
        throw temporary(new Error(`${name} is busy`))
      case 'throws':
        throw null
      case 'never answers':
        return new Promise(() => {})
      default:
        return conduct satisfies never
    }
  }
}
