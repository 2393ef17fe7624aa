import { mostTenantLabels } from '../packages/trimtab/src/plane/telemetry/telemetry-options.ts'
import { attributes } from '../packages/trimtab/src/telemetry/attributes.ts'
import type { Instrument } from '../packages/trimtab/src/telemetry/instrument.ts'
import { instruments } from '../packages/trimtab/src/telemetry/instruments.ts'

const kinds: Readonly<Record<Instrument['kind'], string>> = {
  counter: 'counter',
  observed_counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
}

/** The page of every metric and span, and of the alert rules and the board that are shipped. */
export function metricsPage(): string {
  const rows = Object.entries<Instrument>(instruments)
  return `# Metrics and spans

<!-- Generated from packages/trimtab/src/telemetry by \`npm run reference\`. -->

A plane tells [OpenTelemetry](https://opentelemetry.io) what it does, through the package \`@opentelemetry/api\` alone: it is used where it is installed, and
loaded when a plane is made. Set up your SDK before that, for instance with \`node --import ./telemetry.js\`. Where the package is missing nothing is recorded, and
nothing fails.

| option \`telemetry\` | default | what it is |
| --- | --- | --- |
| \`false\` | | Nothing is recorded and nothing loaded |
| \`meterProvider\`, \`tracerProvider\` | the global ones | Where metrics and spans go. With the option as an object, \`{}\` too, a missing package is the error \`dependency_missing\` |
| \`tenantLabels\` | ${mostTenantLabels.toLocaleString('en')} | How many tenants are told apart: the first ones keep their labels for as long as the process lives, the rest are \`_other\`. 0: none |

Nothing that is recorded holds a secret or a value of the configuration. Reads are not counted: what a tenant reads is decided when something changes, and that is.

## Metrics

The meter is called \`trimtab\`. Every series has the attribute \`trimtab.instance\`, which is the option \`instance\`, so that two planes of one process are told apart.
A gauge that says which of several states holds is 1 for that state and 0 for the others.

| metric | kind | unit | attributes | what it is |
| --- | --- | --- | --- | --- |
${rows.map(([name, row]) => rowOf(name, row)).join('\n')}

| attribute | what it says |
| --- | --- |
${Object.entries(attributes)
  .map(([name, meaning]) => `| \`${name}\` | ${meaning} |`)
  .join('\n')}

The SDK itself keeps at most 2,000 series of one metric, and puts the rest into one with \`otel.metric.overflow\`. Violations of every kind for ${mostTenantLabels.toLocaleString('en')} tenants are
more: give the view of \`trimtab.guard.violations\` an \`aggregationCardinalityLimit\` of 5,000, or lower \`tenantLabels\`.

## Prometheus and Grafana

The package brings both, in the folder \`ops\`:

| file | what it is |
| --- | --- |
| \`node_modules/trimtab/ops/prometheus-rules.yaml\` | Alerts: not converged for 10 minutes, stuck, running on the last known good, breaker open, source stale, store not looked at, its connection lost again and again, store asked in intervals, unready, tenants held, their own stores away, events lost, restart pending |
| \`node_modules/trimtab/ops/grafana-board.json\` | A board of all metrics. Import it, and choose your Prometheus and the instances |

Names are those of \`@opentelemetry/exporter-prometheus\`: dots become underscores, counters end in \`_total\`. Exporters that put the unit into the name as well
(\`trimtab_reload_duration_seconds\`), as the Collector does, fit the same files.

## Spans

The tracer is called \`trimtab\`. Each reload is a trace of its own, told when it has ended; dry runs, and reloads that changed nothing and were not refused, give none. Every
span has \`trimtab.instance\`, and \`trimtab.reload.id\`, which is the id in the outcome, the log and the events.

| span | from | to |
| --- | --- | --- |
| \`trimtab.reload\` | its sources are read | its outcome is known, after the bake |
| \`trimtab.read\` | its sources are read | it is known what would change |
| \`trimtab.check\` | modules are asked | all have answered |
| \`trimtab.apply\` | the first module is changed | the commit; where it was undone, the end of that |
| \`trimtab.module\` | one module begins | it has taken the change |
| \`trimtab.bake\` | the commit | the verdict |

\`trimtab.reload\` has the attributes \`trimtab.reload.status\`, \`trimtab.reload.triggers\`, \`trimtab.generation\`, \`trimtab.changes\` (how many), and for one that failed
\`error.type\` (why it was undone, or how it ended), \`trimtab.problems\` (their [codes](problems.md)) and the status \`ERROR\`. Modules that failed or were undone are events of it,
\`trimtab.module.failed\` and \`trimtab.module.undone\`. Spans of modules have \`trimtab.module\` and \`trimtab.module.action\`; where each began follows from how long it took and the order
in which modules are changed.
`
}

function rowOf(name: string, { kind, unit, description, attributes: labels, buckets }: Instrument): string {
  const listed = labels.map((label) => `\`${label}\``).join(' ')
  const bounds = buckets === undefined ? '' : `. Buckets up to ${buckets.join(', ')}`
  return `| \`${name}\` | ${kinds[kind]} | \`${unit}\` | ${listed} | ${description}${bounds} |`
}
