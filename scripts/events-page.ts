import type { DataSchema } from '../packages/trimtab/src/events/data-schema.ts'
import type { EventKind } from '../packages/trimtab/src/events/event-kind.ts'
import { eventTypes } from '../packages/trimtab/src/events/event-types.ts'
import { sinkDefaults } from '../packages/trimtab/src/events/sink.ts'
import { jsonLinesDefaults } from '../packages/trimtab/src/events/sinks/json-lines/json-lines-sink.ts'
import { webhookDefaults } from '../packages/trimtab/src/events/sinks/webhook/webhook-sink.ts'
import { longestList } from '../packages/trimtab/src/plane/events/bounded.ts'
import { outcomeEvents } from './outcome-events.ts'

/** The page of every event: its envelope, when it is told, its data, and what is told of a reload. */
export function eventsPage(): string {
  const kinds = Object.entries<EventKind>(eventTypes)
  return `# Events

<!-- Generated from packages/trimtab/src/events by \`npm run reference\`. -->

Everything that happens in a plane is told as a [CloudEvent](https://cloudevents.io) 1.0, in the JSON format of that specification:
\`plane.events.on(listener)\` from the moment there is a plane, and the sinks of \`createPlane({ events: { sinks } })\` from the boot on.
No event holds a secret. Lists hold the first ${longestList} entries, and a count beside them where there may be more.

| attribute | what it is |
| --- | --- |
| \`specversion\` | \`1.0\` |
| \`id\` | Unique. What stands before the last dash is one run of the process. A webhook that is repeated has the same one |
| \`source\` | Who tells it: \`/trimtab/\` and the name of the instance, or the option \`events.source\` |
| \`type\` | One of those below |
| \`subject\` | What it is about, where that is one thing: a module, a check, a tenant, an override, a sink |
| \`time\` | When it happened, by the wall clock |
| \`datacontenttype\` | \`application/json\` |
| \`sequence\` | Twelve digits, one more from event to event: a gap means that something was lost on the way |
| \`reloadid\` | The reload it belongs to, which is \`outcome.id\`; unique within one run |
| \`generation\` | The generation in force when it was told; 0 before the first commit |
| \`data\` | As below. \`eventTypes\` of \`trimtab/sinks\` has a JSON Schema for each type |

## What is told of a reload

In this order; \`?\` where there is reason to, \`*\` any number of times. What health, tenants, overrides and modules tell comes in between, in its own
time. Dry runs tell nothing, and neither does a wake-up that brought nothing new.

| outcome | when | events, without \`dev.trimtab.\` |
| --- | --- | --- |
${Object.entries(outcomeEvents)
  .flatMap(([status, cases]) =>
    cases.map(({ when, told }) => `| \`${status}\` | ${when} | ${told.map((name) => `\`${name}\``).join(', ')} |`),
  )
  .join('\n')}

## All types

| type | what it says |
| --- | --- |
${kinds.map(([type, { title }]) => `| [\`${type}\`](#${type.replaceAll('.', '')}) | ${title} |`).join('\n')}

${kinds.map(([type, kind]) => section(type, kind)).join('\n\n')}

## Sinks

A sink gets every event once, one at a time, in order. It has ${sinkDefaults.queue.toLocaleString('en')} places to wait in (\`events.queue\`): when they are full, the oldest is lost.
One that throws loses that event; one that takes longer than ${sinkDefaults.timeout / 1_000} s for it does too. Nobody waits for a sink, and no sink for another. What it
lost is counted in \`plane.events.sinks\`, said in the log, and told by \`dev.trimtab.sink.failing\` and \`dev.trimtab.sink.recovered\`. When the plane is
closed, what still waits has ${sinkDefaults.flush / 1_000} s, or what is left of the budget.

| sink of \`trimtab/sinks\` | what it does |
| --- | --- |
| \`functionSink(take)\` | Calls a function, and waits for what it returns |
| \`jsonLinesSink({ path, maxBytes, keep })\` | Appends to a file, one line each; begins a new one at ${jsonLinesDefaults.maxBytes / 1_024 / 1_024} MiB and keeps ${jsonLinesDefaults.keep} old ones; makes a file that was moved away anew |
| \`webhookSink({ url, secret })\` | Posts to a URL, as below |

### Webhooks

Each event is one \`POST\` in structured mode, \`content-type: application/cloudevents+json\`. An answer of 2xx takes it. No answer within
${webhookDefaults.timeout / 1_000} s, 408, 425, 429 and 5xx are tried again, ${webhookDefaults.attempts} times in all, ${webhookDefaults.backoff.initial / 1_000} s doubling to ${webhookDefaults.backoff.max / 1_000} s with jitter, no sooner than \`retry-after\` says (in seconds or as a date), up to the longest of these. Every other answer
refuses the event for good; redirects are not followed. The sink connects to the very address that was checked, and to none that is link-local or gives
out a cloud's metadata; to this machine only where the URL says so itself (\`localhost\`, \`127.0.0.1\`, \`[::1]\`).

Requests are signed as [Standard Webhooks](https://www.standardwebhooks.com) has it: \`webhook-id\` (the id of the event), \`webhook-timestamp\` (seconds
since 1970, of this attempt), and \`webhook-signature\`: \`v1,\` and the base64 of the HMAC-SHA256 of \`id.timestamp.body\`, once for each secret, with
spaces between. A secret that begins with \`whsec_\` is base64 after it; any other is taken as it is. A receiver verifies before it parses, refuses what
is older than five minutes, and may get an event twice:

\`\`\`ts
// receiver.ts
import { createServer } from 'node:http'
import { verifySignature } from 'trimtab/sinks'

const secret = process.env['HOOK_SECRET'] ?? ''
const seen = new Set<string>()

export const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray())
  const verified = verifySignature({ secret, headers: request.headers, body })
  if (!verified.ok) {
    response.writeHead(401).end(verified.why)
    return
  }
  if (!seen.has(verified.id)) console.log(JSON.parse(body.toString()).type)
  seen.add(verified.id)
  response.writeHead(204).end()
})
\`\`\`
`
}

function section(type: string, { title, when, data }: EventKind): string {
  const rows = rowsOf(data, '')
  const table = ['| data | type | what it is |', '| --- | --- | --- |', ...rows].join('\n')
  return `### ${type}

${title}. ${when}

${rows.length === 0 ? 'It has no data.' : table}`
}

function rowsOf({ properties = {}, required = [] }: DataSchema, prefix: string): readonly string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const place = `${prefix}${name}`
    const optional = required.includes(name) ? '' : ', may be absent'
    const inner = schema.items?.properties === undefined ? schema : schema.items
    const below = inner.properties === undefined ? [] : rowsOf(inner, `${place}${inner === schema ? '.' : '[].'}`)
    return [`| \`${place}\` | ${typeOf(schema)}${optional} | ${schema.description ?? ''} |`, ...below]
  })
}

function typeOf(schema: DataSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((choice) => `\`${choice}\``).join(' ')
  if (schema.format === 'date-time') return 'time'
  if (schema.items !== undefined) return `list of ${schema.items.type === 'object' ? 'objects' : typeOf(schema.items)}`
  switch (schema.type) {
    case 'string':
      return 'text'
    case 'integer':
      return 'whole number'
    case undefined:
      return 'any JSON'
    default:
      return schema.type
  }
}
