import { z } from 'zod'
import { cacheSchema } from '../packages/trimtab/src/parts/cache/cache.ts'
import { httpClientSchema } from '../packages/trimtab/src/parts/http-client/http-client.ts'
import { httpListenerSchema } from '../packages/trimtab/src/parts/http-listener/http-listener.ts'
import { loggerSchema } from '../packages/trimtab/src/parts/logger/logger.ts'
import type { Peer } from '../packages/trimtab/src/errors/load-peer.ts'
import { pgPoolSchema } from '../packages/trimtab/src/parts/pg-pool/pg-pool-config.ts'
import { rateLimiterSchema } from '../packages/trimtab/src/parts/rate-limiter/rate-limiter.ts'
import { scheduledJobSchema } from '../packages/trimtab/src/parts/scheduler/scheduler.ts'
import { tlsCertificateSchema } from '../packages/trimtab/src/parts/tls-certificate/tls-certificate.ts'
import { defineConfig } from '../packages/trimtab/src/schema/define-config.ts'
import { describeShape, type FieldRow } from '../packages/trimtab/src/schema/describe.ts'

interface Part {
  readonly title: string
  readonly module: string
  readonly schema: string
  readonly fields: z.ZodType
  readonly peer?: Peer
  /** What becomes of a change. */
  readonly change: string
  readonly refuses: string
  readonly health: string
}

const parts: readonly Part[] = [
  {
    title: 'Logger',
    module: 'loggerModule',
    schema: 'loggerSchema',
    fields: loggerSchema,
    peer: 'pino',
    change:
      'The level changes in place. Another destination, format or redaction brings a new logger beside the old one, and no line is lost.',
    refuses: 'A destination that can’t be written to, and places for `redact` that can’t be read.',
    health: 'None: nothing of it can fail that a check would see.',
  },
  {
    title: 'HTTP listener',
    module: 'httpListenerModule',
    schema: 'httpListenerSchema',
    fields: httpListenerSchema,
    change:
      "Times and limits change in place, and no connection is closed. Host, port and TLS wait for a restart, or are changed with a measured gap by `replace: 'cascade'`.",
    refuses: 'A port that is taken; HTTPS without a certificate; headers that may take longer than their request.',
    health: '`optional`. Unhealthy when it does not listen, degraded while it has all the connections it may have.',
  },
  {
    title: 'TLS certificate',
    module: 'tlsCertificateModule',
    schema: 'tlsCertificateSchema',
    fields: tlsCertificateSchema,
    change: 'A new pair is served from the next handshake on; connections that are open go on.',
    refuses: 'A pair that does not belong together, can’t be read, has expired or is not valid yet.',
    health: '`optional`, once a minute. Degraded within a day of its end, unhealthy after it.',
  },
  {
    title: 'HTTP client',
    module: 'httpClientModule`, for a record of servers `httpClientsModule',
    schema: 'httpClientSchema',
    fields: httpClientSchema,
    peer: 'undici',
    change: 'New connections stand beside the old ones, which end after their last request.',
    refuses: 'A URL that has more than scheme, host and port; authorities that are no certificates.',
    health:
      'Only with the option `health`: the server is asked for its `path`, and is well unless it answers 500 or above. `shared`.',
  },
  {
    title: 'Rate limiter',
    module: 'rateLimiterModule',
    schema: 'rateLimiterSchema',
    fields: rateLimiterSchema,
    change: 'Limits change in place: what a key has taken stays taken.',
    refuses: 'A burst that the largest call (`largestCost`) could never pass.',
    health: 'None.',
  },
  {
    title: 'PostgreSQL pool',
    module: 'pgPoolModule',
    schema: 'pgPoolSchema',
    fields: pgPoolSchema,
    peer: 'pg',
    change:
      '`max`, `idleTimeout` and `connectTimeout` change in place; connections beyond a lower `max` are closed as they become free. Everything else brings new connections beside the old, which end when their users are done.',
    refuses:
      'Settings with which no connection can be made: one is tried first, unless `tryConnection: false`. The reason is told, a password or a piece of the URL never.',
    health:
      '`shared`. Asks the database, and tells how many connections are in use; degraded while all are and users wait.',
  },
  {
    title: 'Scheduler',
    module: 'schedulerModule',
    schema: 'scheduledJobSchema',
    fields: scheduledJobSchema,
    peer: 'croner',
    change:
      'The section is a record of jobs, and each changes by itself, in place: a run that goes on is not touched. After a job was removed its run has `drainTimeout` (20 s) to end before its signal aborts. A removed job can begin a run until the change has proved itself; `enabled: false` holds at once.',
    refuses: 'Expressions and time zones that can’t be read, and names of jobs that the service does not have.',
    health:
      '`optional`. Degraded after 3 failed runs in a row (`degradedAfter`), and while a run goes on although its `timeout` is over.',
  },
  {
    title: 'Cache',
    module: 'cacheModule',
    schema: 'cacheSchema',
    fields: cacheSchema,
    peer: 'lru-cache',
    change:
      'In place: a smaller cache keeps what was used last, another time to live holds at once for what is kept. An undone change brings back what it had put out, but for what was deleted or set since.',
    refuses: '`maxBytes` where the option `sizeOf` is not given.',
    health: 'None. `stats` has its entries, hits, misses and evictions.',
  },
]

/** The page of the ready modules, with every field of their sections. */
export function partsPage(): string {
  return `# Parts

<!-- Generated from the code by scripts/parts-page.ts and \`npm run reference\`. -->

\`trimtab/parts\` has ready modules for what most services need. Put a part’s schema into yours, give the module its section, and every change of it is
refused, applied and undone like those of your own modules. Each can be used without the others, and each passes \`verifyModule\`
([test your modules](../guide/test-your-modules.md)). A part that stands on another package loads it when it is first needed; without it, the start fails
with \`dependency_missing\` and the command that installs it.

Of a health check every part with one takes the option \`health\`: its timings, \`optional\`, \`shared\`, \`failReadiness\`, or \`false\` for none. A *duration* is text like
\`250ms\`, \`5s\`, \`2h\`, or a number of milliseconds; a *size* is text like \`64MiB\`, or a number of bytes.

| part | module | schema | package |
| --- | --- | --- | --- |
${parts.map(({ title, module, schema, peer }) => `| [${title}](#${anchor(title)}) | \`${module}\` | \`${schema}\` | ${peer === undefined ? '' : `\`${peer}\``} |`).join('\n')}

${parts.map(sectionOf).join('\n\n')}
`
}

function sectionOf({ title, fields, change, refuses, health }: Part): string {
  return `## ${title}

- **Change**: ${change}
- **Refused**: ${refuses}
- **Health**: ${health}

| field | what it takes | default | what it is |
| --- | --- | --- | --- |
${rowsOf(fields).map(rowText).join('\n')}`
}

function rowsOf(fields: z.ZodType): readonly FieldRow[] {
  const { shape } = defineConfig(z.object({ part: fields }))
  return describeShape(shape).filter(({ path }) => path.startsWith('part.'))
}

function rowText({ path, type, optional, default: value, description = '', marks }: FieldRow): string {
  const given = value === undefined ? (optional ? '' : 'required') : `\`${JSON.stringify(value).replaceAll('"', '')}\``
  const restart = marks.dynamic ? '' : '. Needs a restart'
  const short = type
    .replace(/ like .*, or a number of milliseconds/, '')
    .replace(/ like .*, or a number of bytes/, '')
    .replaceAll('"', '`')
  const secret = marks.secret ? ', secret' : ''
  return `| \`${path.slice('part.'.length)}\` | ${`${short}${secret}`.replaceAll('|', '\\|')} | ${given} | ${description.replaceAll('|', '\\|')}${restart} |`
}

function anchor(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-')
}
