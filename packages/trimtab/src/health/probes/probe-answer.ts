import type { Aggregate, AggregateStatus, HealthAnswer, HealthReport } from '../report.ts'
import type { ProbeName } from './probe-paths.ts'

/** An answer as it goes over the wire, made once and given to everybody who asks. */
export interface ProbeAnswer {
  readonly status: 200 | 503
  readonly type: string
  readonly body: Buffer
  /** As `writeHead` takes them. */
  readonly headers: readonly string[]
}

/** Makes answers, and remembers them for as long as what they say holds. */
export interface ProbeAnswers {
  answer(probe: ProbeName, health: HealthAnswer): ProbeAnswer
  /** `/health` for who may see everything. */
  detailed(health: HealthAnswer): ProbeAnswer
}

const words = { healthy: 'pass', degraded: 'warn', unhealthy: 'fail', unknown: 'fail' } as const
const healthType = 'application/health+json'

export function createProbeAnswers(): ProbeAnswers {
  // An aggregate stays the same object until its status or its causes move.
  const plain = new WeakMap<Aggregate, ProbeAnswer>()
  const brief = new WeakMap<Aggregate, ProbeAnswer>()
  const remembered = (made: WeakMap<Aggregate, ProbeAnswer>, of: Aggregate, make: () => ProbeAnswer) => {
    const known = made.get(of)
    if (known !== undefined) return known
    const answer = make()
    made.set(of, answer)
    return answer
  }
  return {
    answer(probe, health) {
      const aggregate = aggregateOf(probe, health)
      return probe === 'health'
        ? remembered(brief, aggregate, () =>
            probeAnswer(aggregate.status, healthType, JSON.stringify({ status: words[aggregate.status] })),
          )
        : remembered(plain, aggregate, () => probeAnswer(aggregate.status, 'text/plain', `${aggregate.status}\n`))
    },
    detailed: (health) => probeAnswer(health.health.status, healthType, JSON.stringify(document(health))),
  }
}

export function aggregateOf(probe: ProbeName, health: HealthAnswer): Aggregate {
  switch (probe) {
    case 'livez':
      return health.liveness
    case 'readyz':
      return health.readiness
    case 'startupz':
      return health.startup
    case 'health':
      return health.health
    default:
      return probe satisfies never
  }
}

export function probeAnswer(status: AggregateStatus, type: string, text: string): ProbeAnswer {
  const body = Buffer.from(text)
  const headers = ['content-type', type, 'content-length', String(body.length), 'cache-control', 'no-store']
  return { status: status === 'unhealthy' ? 503 : 200, type, body, headers }
}

/** The health check response format for HTTP APIs, with what Trimtab knows beside it. */
function document({ health, readiness, liveness, startup, reports, at }: HealthAnswer): object {
  const checks: Record<string, object[]> = Object.create(null)
  for (const report of reports) {
    const list = (checks[report.component === undefined ? report.check : `${report.check}:${report.component}`] ??= [])
    list.push(describe(report))
  }
  return {
    status: words[health.status],
    time: isoTime(at),
    readiness: { status: words[readiness.status], causes: readiness.causes },
    liveness: { status: words[liveness.status], causes: liveness.causes },
    startup: { status: words[startup.status], causes: startup.causes },
    checks,
  }
}

function describe(report: HealthReport): object {
  const { module, kind, optional, shared, status, message, details, observedSince, checkedAt, duration, generation } =
    report
  return {
    status: words[status],
    ...(module === undefined ? {} : { module }),
    kind,
    ...(optional ? { optional } : {}),
    ...(shared ? { shared } : {}),
    ...(message === undefined ? {} : { output: message }),
    ...(details === undefined ? {} : { details }),
    time: isoTime(checkedAt),
    observedSince: isoTime(observedSince),
    duration: Math.round(duration * 1_000) / 1_000,
    generation,
  }
}

function isoTime(at: number): string {
  return new Date(at).toISOString()
}
