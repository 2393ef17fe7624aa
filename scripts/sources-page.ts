import { knownExtensions } from '../packages/trimtab/src/sources/formats/load-format.ts'
import { sourceLimits } from '../packages/trimtab/src/sources/limits.ts'

/** The page of all sources: what each reads, how names and texts are understood, and what is refused. */
export function sourcesPage(): string {
  return `# Sources

<!-- Generated from scripts/sources-page.ts by \`npm run reference\`. -->

A **source** says where configuration comes from. A plane reads all of them, merges what they give, and knows for each value who set it.

## Names and precedence

| source | its name | follows changes | unknown keys | references |
| --- | --- | --- | --- | --- |
| \`fileSource('config.yaml')\` | \`file:config.yaml\` | yes | errors | all |
| \`directorySource('conf.d')\` | \`directory:conf.d\` | yes | errors | all |
| \`envSource({ prefix: 'APP_' })\` | \`env:APP_\` | no: the environment of a process does not change | warnings | all |
| \`argsSource()\` | \`args:--set\` | no | errors | all |
| \`objectSource({ … })\` | \`object:inline\` | no | errors | all |
| \`pollingSource({ name: 'consul', … })\` | \`polling:consul\` | in intervals | warnings | in the allow-list |
| \`storeSource({ store, environment: 'checkout/production' })\` | \`store:checkout/production\` | yes | warnings | in the allow-list |
| \`plane.override(…)\` | \`override:plane\` | yes | errors | in the allow-list |

- The order in \`sources\` is the precedence: **the last wins**. Overrides stand above all.
- Objects merge, key by key. Lists and everything else are replaced as a whole. \`false\`, \`0\`, \`''\` and \`null\` are values like any other.
- Two sources can’t have the same name: give one of them a \`name\`.
- **Absent, empty and unreadable are three different things.** Empty is an empty layer. Absent fails the load, unless the source is \`optional: true\`. Unreadable
  fails the load in any case: a file that is there and can’t be read is never taken for an empty one.
- While a load fails, the running configuration stays.

## Files and folders

\`fileSource(path)\` reads by extension: ${knownExtensions}; \`{ format }\` says it for others. \`directorySource(path)\` reads the files of one folder in the
order of their names, a later one above an earlier one. Hidden files and what editors leave behind are passed over; other extensions are warned of.

| format | what it is | beside the usual |
| --- | --- | --- |
| YAML | YAML 1.2, one document | merge keys (\`<<\`) and aliases work; \`yes\`, \`no\`, \`on\` and \`off\` are texts |
| JSON | JSON with comments | trailing commas are allowed |
| TOML | TOML 1.0 | dates are read as texts: JSON has none |
| \`.env\` | \`NAME=value\` lines | names as for variables below; \`prefix\` and \`map\` choose which are meant |

A watched file may be written in place, replaced by a rename, deleted and made again, or reached by links that move, as in a ConfigMap of Kubernetes. It is read when
nothing has happened for ${sourceLimits.settle} ms, and at the latest after ${sourceLimits.maximumWait} ms. Where the system tells of no change, as on network file systems, it is looked at every
${sourceLimits.poll} ms. \`{ watch: false }\` switches that off.

## Variables

\`envSource({ prefix: 'APP_' })\`:

| variable | sets |
| --- | --- |
| \`APP_POOL__MAX=20\` | \`pool.max\`: two underscores go one level down |
| \`APP_REQUESTS_PER_SECOND=5\` | \`requestsPerSecond\`: case, \`_\` and \`-\` do not count |
| \`APP_UPSTREAMS__BLUE__URL=…\` | \`upstreams.blue.url\`: the key of a record is taken in lower case |
| \`APP_TAGS=a,b\` or \`APP_TAGS=["a","b"]\` | a list, as a whole |
| \`APP_POOL={"max":20}\` | an object as JSON; a variable for a field in it counts more |
| \`DATABASE_URL=…\` with \`map: { DATABASE_URL: 'pool.url' }\` | \`pool.url\`, whatever the prefix |

- Texts are converted to the type of the field: \`20\` and \`1e3\` for numbers; \`true\`, \`1\`, \`yes\`, \`on\` and their opposites for booleans; \`null\` where null is allowed
  and text is not; \`5s\` and \`64MiB\` for \`duration()\` and \`bytes()\`. What does not fit is a \`wrong_type\`.
- An empty variable is unset, unless its field takes text.
- A variable under the prefix that the schema does not know is a warning, with the nearest name. So are those that Kubernetes injects for services
  (\`APP_PORT=tcp://…\`), which are never used.
- Two variables for one field with different texts, or a name that means two fields, are errors.

## Arguments

\`argsSource()\` reads \`--set pool.max=20\` or \`--set=pool.max=20\`, any number of them, the later one above the earlier one; texts are converted as those of variables.
Other arguments are somebody else’s, and so is what follows \`--\`. Keys with odd characters are quoted: \`--set 'routes["/v1/*"].timeout=5s'\`.

## Stores

\`storeSource({ store, environment })\` reads what an environment of a store holds for all tenants. A publish arrives within milliseconds, and within 5 s where nothing
has told of it: \`plane.sources\` says in \`follows\` whether it is told (\`push\`) or looked at in intervals (\`poll\`), and in \`followsBecause\` why. It is absent until somebody has published.
While the store is away its last content stays in use, with a warning; it is stale after three attempts in vain. Where no content has been read yet the source is
unreadable, and a plane with a state folder starts with what ran last. Stores are [memoryStore, postgresStore and embeddedStore](options.md#postgresstoreoptions);
[keep configuration in a store](../guide/store.md) is the guide.

## References

A value may say where it is, in place of what it is:

| written | means |
| --- | --- |
| \`\${env:DB_PASSWORD}\` | the variable |
| \`\${file:/run/secrets/db}\` | the text of a file, by absolute path, at most ${sourceLimits.referenceBytes / 1024} KiB; one line break at its end does not count |
| \`postgres://app:\${env:DB_PASSWORD}@db\` | put together |
| \`$\${env:HOME}\` | the text \`\${env:HOME}\` itself |
| \`\${other}\` | the text itself: it begins with no scheme that is known |

- They are resolved after the merge, on a copy. What a reference gives is never expanded again, and is shown nowhere, whatever the schema says.
- A reference that is the whole text is converted to the type of the field.
- A referenced file is watched: its rotation reloads exactly the modules that use it.
- When a name fails that gave a value before, the value is kept, with a warning.
- **Who may publish a value must not be able to read the machine.** Values from sources that are not local (polling sources, stores, overrides) may refer to nothing but what
  \`createPlane({ references: { allow: { env: ['DB_*'], files: ['/run/secrets/'] } } })\` names, and only in fields marked \`secret()\`.
- [A resolver of your own](../guide/write-a-source.md#secrets-from-elsewhere-a-reference-resolver) adds a scheme.

## What is refused, in every source

Keys called \`__proto__\`, \`constructor\` or \`prototype\`; keys over ${sourceLimits.keyCharacters} characters or with control characters; more than ${sourceLimits.levels} levels; texts over
${sourceLimits.valueBytes / 1024} KiB; content over ${sourceLimits.fileBytes / 1024 / 1024} MiB; values that JSON does not have. In files also: duplicate keys, a second YAML document, aliases that expand beyond
measure, what is not UTF-8, pipes, sockets and devices. Each refusal is a [problem](problems.md) with its place, and without the text.

A source for anything else: [write a source](../guide/write-a-source.md).
`
}
