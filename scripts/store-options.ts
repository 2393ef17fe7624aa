import type { EmbeddedStoreOptions } from '../packages/server/src/embedded/embedded-store.ts'
import type { PlanePublishTerms } from '../packages/trimtab/src/plane/store/publish.ts'
import type { TenantOptions } from '../packages/trimtab/src/plane/tenants/tenant-options.ts'
import type { PostgresStoreOptions } from '../packages/trimtab/src/postgres/postgres-store.ts'
import { homeTimings } from '../packages/trimtab/src/store/homes/home-options.ts'
import { storeLimits } from '../packages/trimtab/src/store/limits.ts'
import type { MemoryStoreOptions } from '../packages/trimtab/src/store/memory/memory-store.ts'
import type { StoreSourceOptions } from '../packages/trimtab/src/store/source/store-source.ts'

type Row = readonly [defaults: string, meaning: string]
/** Entries for exactly the options there are: one that is missing or unknown does not compile. */
type Rows<Options> = Readonly<Record<keyof Options, Row>>
type KeysOfAll<Union> = Union extends unknown ? keyof Union : never

const tenants: Readonly<Record<KeysOfAll<TenantOptions>, Row>> = {
  folder: ['one of three', 'A folder with a file for each tenant: `tenants/acme.yaml`'],
  overlays: [
    'one of three',
    'An `OverlaySource` of your own, or a folder with other timings: `overlayFolder(folder, { settle, poll, watch })`',
  ],
  mode: [
    'one of three',
    "`'shared'`: all tenants in one environment of a `store`. `'perDatabase'`: each in a store that `open` gives",
  ],
  store: ["required with `'shared'`", 'The store'],
  open: [
    "required with `'perDatabase'`",
    '`(tenant, { signal }) => store`: asked at every attempt to reach a tenant, for a new store each time. `tenant_unknown`, thrown, ends the attempts',
  ],
  environment: ['that of the one `storeSource`', 'Where the scopes of tenants are: `checkout/production`'],
  idleAfter: [
    `${homeTimings.idleAfter / 60_000} min`,
    "With `'perDatabase'`: how long nobody reads or changes a tenant before it is looked at in intervals. `Infinity`: never",
  ],
  idlePoll: [`${homeTimings.idlePoll / 60_000} min`, 'Those intervals, give or take a quarter'],
}

const source: Rows<StoreSourceOptions> = {
  store: ['required', 'The store. It stays yours: the plane does not close it'],
  environment: ['required', '`checkout/production`'],
  optional: ['`false`', 'Whether nothing may ever have been published there. `false` notices a misspelt name'],
}

const terms: Rows<PlanePublishTerms> = {
  author: ['required', `Who publishes, in up to ${storeLimits.authorCharacters} characters`],
  message: ['required', `Why, in up to ${storeLimits.messageCharacters.toLocaleString('en-US')} characters`],
  expected: ['what this plane has read', 'The cursor where the author was looking. Is the store elsewhere: `conflict`'],
  until: [
    'none',
    "`'committed'`: resolves when this plane has taken it in. `'stable'`: when health has decided. Without it, when the store has it",
  ],
  signal: ['none', 'Gives up. What has been published by then stays'],
}

const postgres: Rows<PostgresStoreOptions> = {
  connectionString: ['this, or `pool`', '`postgres://user:password@host:5432/database`'],
  pool: ['this, or `connectionString`', 'A `Pool` of the package `pg`, which stays yours'],
  schema: ['`trimtab`', 'The PostgreSQL schema that `trimtab migrate` has made the store in'],
  listener: [
    'one of its own',
    '`postgresListener({ connectionString })`: shared by stores of one database, or past a pooler. It stays yours',
  ],
  max: ['5', 'Connections at most, with `connectionString`; the one that listens comes on top'],
  queryTimeout: ['10 s', 'One statement, waiting for a connection included'],
  connectTimeout: ['4 s', 'Connecting, with `connectionString`'],
  referenceSchemes: [
    "`['env', 'file']`",
    'What references begin with; add those of your own resolvers. Other text in a secret field is refused',
  ],
  clock: ['the system’s', 'Where time comes from, for tests'],
}

const embedded: Readonly<Record<keyof EmbeddedStoreOptions | keyof MemoryStoreOptions, Row>> = {
  folder: ['required', '`embeddedStore` alone: where it is kept, on a disk of this machine, by one process at a time'],
  referenceSchemes: postgres.referenceSchemes,
  clock: postgres.clock,
}

/** The options of whatever has to do with stores. */
export function storeOptions(): string {
  return `## tenants

${table(tenants)}

## storeSource(options)

${table(source)}

## plane.publish(edits, terms)

An edit is \`{ scope, path, value }\`, \`{ scope, path, remove: true }\` or \`{ scope, state }\`; all edits of one publish are of one environment. How it ends is data:
\`published\`, \`unchanged\`, \`conflict\` or \`refused\`. [Why a publish is refused](publish-problems.md). \`store.publish()\` takes the same without \`until\`, and
there \`expected\` is required. \`plane.tenants.seed(tenant, values, terms)\` publishes what a tenant has not been given yet.

${table(terms)}

## postgresStore(options)

Of \`trimtab/postgres\`. \`postgresDatabases().store(options)\` takes the same without \`pool\` and \`listener\`.

${table(postgres)}

## embeddedStore(options), memoryStore(options)

Of \`@trimtab/server\`, and of \`trimtab\`.

${table(embedded)}`
}

/** What stores take at most, as rows of the table of limits. */
export function storeLimitRows(): string {
  const { valueBytes, documentBytes, publishBytes, edits, overlayEntries, revisions } = storeLimits
  const { schemaBytes, schemaLevels, schemaTime, schemaVersions, liveVersions } = storeLimits
  const rows: Readonly<Record<string, readonly string[]>> = {
    'a value that is published; what a scope holds; a publish': [valueBytes, documentBytes, publishBytes].map(size),
    'edits of a publish; values of a tenant’s own': [edits, overlayEntries].map(count),
    'revisions that one call reads': [count(revisions)],
    'a registered schema; checking a publish against it': [
      `${size(schemaBytes)}, ${schemaLevels} levels`,
      `${schemaTime / 1_000} s`,
    ],
    'versions of a service whose schemas are kept, beside those that live; that live': [
      ...[schemaVersions, liveVersions].map(count),
    ],
    'a name of an app, an environment, a tenant': [
      '128 letters, digits, `_`, `-`, `.`; two may not differ in letter case alone',
    ],
  }
  return Object.entries(rows)
    .map(([what, limits]) => `| ${what} | ${limits.join('; ')} |`)
    .join('\n')
}

function table(rows: Readonly<Record<string, Row>>): string {
  const lines = Object.entries(rows).map(([name, [defaults, meaning]]) => `| \`${name}\` | ${defaults} | ${meaning} |`)
  return ['| option | default | what it is |', '| --- | --- | --- |', ...lines].join('\n')
}

function size(bytes: number): string {
  return bytes < 1024 ** 2 ? `${bytes / 1024} KiB` : `${bytes / 1024 ** 2} MiB`
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}
