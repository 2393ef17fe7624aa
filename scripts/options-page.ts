import { checkDefaults, type CheckTimings } from '../packages/trimtab/src/health/check.ts'
import { findingLimits } from '../packages/trimtab/src/health/finding/bounds.ts'
import {
  bakeDefaults,
  type BakeOptions,
  type HealthOptions,
  planeHealthDefaults,
} from '../packages/trimtab/src/plane/health/health-options.ts'
import { defaultTimeouts, type ModuleTimeouts } from '../packages/trimtab/src/modules/define-module.ts'
import { type PlaneOptions, reloadDefaults, type ReloadOptions } from '../packages/trimtab/src/plane/options.ts'
import { runDefaults, type RunOptions } from '../packages/trimtab/src/plane/run.ts'
import { pathLimits } from '../packages/trimtab/src/model/path.ts'
import { type BreakerOptions, defaultBreaker } from '../packages/trimtab/src/reload/breaker.ts'
import { overrideLimits } from '../packages/trimtab/src/sources/override.ts'
import { sourceLimits } from '../packages/trimtab/src/sources/limits.ts'
import { storeLimitRows, storeOptions } from './store-options.ts'

type Row = readonly [defaults: string, meaning: string]

/** Entries for exactly the options there are: one that is missing or unknown does not compile. */
const plane: Readonly<Record<keyof PlaneOptions, Row>> = {
  config: ['required', 'What `defineConfig()` gave'],
  sources: ['required', 'Where values come from, in the order of precedence: the last wins. [All sources](sources.md)'],
  modules: ['none', 'The parts of the service. Their order does not matter, `dependsOn` does'],
  references: [
    'nothing allowed',
    '`allow`: what published values may refer to. `resolvers`: schemes beside `env` and `file`',
  ],
  reload: ['see below', 'How changes are taken'],
  breaker: ['see below', 'What holds back repetitions of a failure'],
  checks: ['none', 'Health checks, beside those that the modules bring'],
  health: ['see below', 'How health is answered, and what it may do by itself'],
  bake: ['see below', 'How a commit proves itself. Without required health checks every commit is stable at once'],
  tenants: [
    'none',
    "`{ folder }`, `{ overlays }`, `{ mode: 'shared', store }` or `{ mode: 'perDatabase', open }`: where tenants have values of their own. See below",
  ],
  guard: ['strict', '`mode`, `allow`, `refuseMismatch`, `capacity`: how `plane.guard` keeps tenants apart'],
  events: ['none', '`{ sinks, source, queue }`: where everything that happens goes. [All events](events.md)'],
  telemetry: [
    'where it is installed',
    '`{ meterProvider, tracerProvider, tenantLabels }`: what OpenTelemetry is told, by default through its global providers where `@opentelemetry/api` is installed; `false`: nothing. [All metrics](metrics.md)',
  ],
  logger: ['stderr', 'What `pino` and `console` are. Without one, warnings and errors go to stderr; `false` silences'],
  stateDir: [
    '`TRIMTAB_STATE_DIR`',
    'The folder where the last known good configuration is kept. Without either, nothing is kept',
  ],
  instance: ['host name', 'Names this process among its siblings: 1 to 128 letters, digits, `_`, `-`, `.`'],
  fallback: ['none', 'A source that is read when nothing else can be had at boot'],
  clock: ['the system’s', 'Where time comes from, for tests'],
  random: ['the system’s', 'Where chance comes from, for tests'],
}

const timeouts: Readonly<Record<keyof ModuleTimeouts, string>> = {
  startTimeout: 'A module’s `start`',
  checkTimeout: 'A module’s `check`',
  reloadTimeout: 'A module’s `reload`, and each way back',
  stopTimeout: 'A module’s `stop`',
  drainTimeout: 'How long users of a replaced resource may go on before it is stopped all the same',
}

const reload: Readonly<Record<Exclude<keyof ReloadOptions, keyof ModuleTimeouts>, Row>> = {
  apply: [
    `\`${reloadDefaults.apply}\``,
    '`atomic`: one failure undoes all. `bestEffort`: what works is kept, and the rest is tried again',
  ],
  restartOnly: [
    `\`${reloadDefaults.restartOnly}\``,
    '`pin`: changes to restart-only fields wait, and the rest applies. `reject`: they refuse the whole reload',
  ],
  readTimeout: [time(reloadDefaults.readTimeout), 'Reading one source'],
  bootTimeout: [time(reloadDefaults.bootTimeout), 'How long required sources are awaited at boot'],
  history: [String(reloadDefaults.history), 'How many outcomes are kept in `plane.outcomes`'],
}

const breaker: Readonly<Record<keyof BreakerOptions, Row>> = {
  threshold: [
    String(defaultBreaker.threshold),
    'Failures in a row of the same content that open it: then only a trial, `force` or other content gets through',
  ],
  backoff: [
    `${time(defaultBreaker.backoff.initial)} to ${time(defaultBreaker.backoff.max)}`,
    '`{ initial, max }`: the time between repetitions, doubled each time, with jitter',
  ],
  spacing: [time(defaultBreaker.spacing), 'Time between an attempt that failed and the first one of other content'],
}

const bake: Readonly<Record<keyof BakeOptions, Row>> = {
  min: [time(bakeDefaults.min), 'How long it takes at least'],
  max: [time(bakeDefaults.max), 'What has not proved itself by then is undone'],
  interval: [time(bakeDefaults.interval), 'From one run of a required check to the next meanwhile'],
  judge: ['the required checks', '`{ judge(bake, signal) }`: decides instead of them'],
}

const health: Readonly<Record<keyof HealthOptions, Row>> = {
  cacheFor: [time(planeHealthDefaults.cacheFor), 'How long what a check found is current for who asks'],
  stuckUnready: ['`false`', 'Whether a module that could not be undone makes the service unready'],
  remedies: [
    'off',
    '`{ atMost }`: checks may apply overrides, so many at once. Left away, a check with a remedy is refused',
  ],
}

const check: Readonly<Record<keyof CheckTimings, Row>> = {
  timeout: [
    `${time(checkDefaults.timeout)}, or the interval where that is shorter`,
    'One run. One that takes longer is abandoned and counts as unhealthy',
  ],
  interval: [time(checkDefaults.interval), 'From one round to the next'],
  fall: [String(checkDefaults.fall), 'Failed rounds in a row that take it down'],
  rise: [String(checkDefaults.rise), 'Passed rounds in a row that bring it back'],
}

const run: Readonly<Record<keyof RunOptions, Row>> = {
  signals: [
    '`true`',
    '`SIGHUP` reloads; `SIGTERM` and `SIGINT` stop, a second one at once. `false` for a host that has its own',
  ],
  exit: ['`true`', 'The process exits when everything has stopped: 0 when it did, 1 when something did not'],
  shutdownTimeout: [time(runDefaults.shutdownTimeout), 'The whole stop, `grace` included'],
  grace: [time(runDefaults.grace), 'Between being told to stop and stopping, in which load balancers take notice'],
  signal: ['none', 'An `AbortSignal` that stops as a signal of the process does'],
}

/** The page of what `createPlane()`, `plane.run()`, `plane.publish()` and stores take, and of every limit. */
export function optionsPage(): string {
  return `# Options, limits and timings

<!-- Generated from the code by scripts/options-page.ts and \`npm run reference\`. -->

An option that is unknown or not possible throws \`option_invalid\`. Options are never adjusted.

## createPlane(options)

| option | default | what it is |
| --- | --- | --- |
${rowsOf(plane)}

## reload

Times are milliseconds. Each timeout holds for all modules; a module’s own comes first.

| option | default | what it is |
| --- | --- | --- |
${rowsOf(reload)}
${Object.entries(timeouts)
  .map(([name, meaning]) => `| \`${name}\` | ${time(defaultTimeouts[name as keyof ModuleTimeouts])} | ${meaning} |`)
  .join('\n')}

## breaker

| option | default | what it is |
| --- | --- | --- |
${rowsOf(breaker)}

## health

| option | default | what it is |
| --- | --- | --- |
${rowsOf(health)}

Of each health check:

| option | default | what it is |
| --- | --- | --- |
${rowsOf(check)}

## bake

| option | default | what it is |
| --- | --- | --- |
${rowsOf(bake)}

## plane.run(options)

| option | default | what it is |
| --- | --- | --- |
${rowsOf(run)}

${storeOptions()}

## Sources

| what | default |
| --- | --- |
| a change is read when nothing has happened for (\`settle\`) | ${time(sourceLimits.settle)} |
| and at the latest after (\`maximumWait\`) | ${time(sourceLimits.maximumWait)} |
| a watched file or folder is looked at, should the system tell nothing (\`poll\`) | ${time(sourceLimits.poll)} |
| \`pollingSource\`: time between two calls (\`interval\`), give or take a fifth | ${time(sourceLimits.pollingInterval)} |
| \`pollingSource\`: time that one call may take (\`timeout\`) | ${time(sourceLimits.pollingTimeout)} |

## Limits

They are enforced before harm is done, with a problem or an error that names the limit.

| what | limit |
| --- | --- |
| a source file; the files of a folder together | ${size(sourceLimits.fileBytes)} |
| files in a folder | ${count(sourceLimits.directoryFiles)} |
| one text | ${size(sourceLimits.valueBytes)} |
| a file that a reference leads to | ${size(sourceLimits.referenceBytes)} |
| nesting | ${sourceLimits.levels} levels |
| a key | ${sourceLimits.keyCharacters} characters, no control characters |
| a path | ${pathLimits.characters} characters, ${pathLimits.levels} levels |
| what the aliases of a YAML file may expand to | ${sourceLimits.aliasExpansion} times the document, and ${count(sourceLimits.aliasNodes)} values |
| a message of a health check; the components of one | ${size(findingLimits.message)}; ${findingLimits.findings} |
| the details of a finding | ${findingLimits.nodes} values, ${findingLimits.depth} levels, ${size(findingLimits.text)} a text |
${storeLimitRows()}
| an override | ${overrideLimits.longest / 86_400_000} days, a reason of up to ${count(overrideLimits.reasonCharacters)} characters |
`
}

function rowsOf(rows: Readonly<Record<string, Row>>): string {
  return Object.entries(rows)
    .map(([name, [defaults, meaning]]) => `| \`${name}\` | ${defaults} | ${meaning} |`)
    .join('\n')
}

function time(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds} ms` : `${milliseconds / 1_000} s`
}

function size(bytes: number): string {
  return bytes < 1024 ** 2 ? `${bytes / 1024} KiB` : `${bytes / 1024 ** 2} MiB`
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}
