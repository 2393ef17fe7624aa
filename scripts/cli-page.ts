import { type ErrorKind, errorCodes } from '../packages/trimtab/src/errors/error-codes.ts'
import { parseArguments } from '../packages/trimtab/src/cli/parse.ts'

const commands = ['init', 'validate', 'explain', 'plan', 'migrate'] as const

/** The page of the command: its help as it is printed, and what help has no room for. */
export function cliPage(): string {
  return `# The trimtab command

<!-- Generated from packages/trimtab/src/cli/ by \`npm run reference\`. -->

It reads what a service would read, with the service's own code, and says what is wrong with it, where a value comes from, and what a change
would do. It never changes a running service, and calls no hook of a module. \`migrate\` prepares the database of a store.

\`\`\`text
${helpOf()}
\`\`\`
${commands.map((command) => `\n${sections[command]}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\`\n`).join('')}
${rules}

${exitCodes()}
`
}

export function helpOf(...command: readonly string[]): string {
  const parsed = parseArguments([...command, '--help'], { version: '', helpWidth: 80 })
  return parsed.kind === 'text' ? parsed.text.trimEnd() : ''
}

const sections: Readonly<Record<(typeof commands)[number], string>> = {
  init: `## trimtab init

Writes a service that runs as it is: a schema, a YAML file, a module that serves HTTP, and what starts them. In a terminal it asks for the name
and the language; scripts say \`--yes\`, or give both as options. Where one of the files exists already nothing is written, and each such file is
named. Whoever presses Ctrl-C finds nothing written, and the exit code is 130.`,
  validate: `## trimtab validate

Reads every source once, as \`loadConfig()\` does, and lists every problem and warning with its place. Run it before a deployment: it ends with 0
exactly when the service could start with this configuration, as far as the schema knows.`,
  explain: `## trimtab explain

Says what a value is, who set it and where, what every other source said about it, and by whom that is hidden. In a configuration that cannot be
used there is no value, but who said what is shown all the same; where the schema refused something, its type stands in place of what was
written.`,
  plan: `## trimtab plan

Compares two configurations as a running service would: what readers would get at once, which fields wait for a restart, and which modules would
be reloaded, replaced, started or stopped, in which order. It is the engine's own plan, from a process that runs on what is there now. What the
hooks of modules would say to it is known only to the running process (\`plane.reload({ dryRun: true })\` asks them), and so is which module holds
the resource of another: those that may follow are named.

A file stands in for a file and a folder for a folder: \`--candidate\` for the only one among the sources, \`--replace\` for the one it names. It
keeps the name, the precedence and the trust of the source it stands for. \`--against\` turns the question around, for a change that was made
already: \`git show HEAD~1:config.yaml > old.yaml && trimtab plan --against old.yaml\`.`,
  migrate: `## trimtab migrate

Makes the tables, functions and triggers of a store in PostgreSQL 15 or newer, and the roles \`<schema>_owner\`, \`<schema>_publisher\` and
\`<schema>_reader\` with their rights. Services never do that: run it before a deployment, as somebody who may create schemas and roles. It needs the package
\`pg\` beside trimtab. Everything is one transaction under a lock, so that ten processes may run it at once. What it was not
allowed to do, and the store can live without, it lists as missing. Of the URL it shows the host and the database.

\`--check\` says how the store stands: 0 where nothing is missing, 18 where a migration, a role, a right or the trigger is, and 14 where the store is newer in a way that
this version could harm, or can't be reached. \`--print\` is the whole script of a new store, for whoever looks first or has another tool run it:
\`trimtab migrate --print | psql postgres://admin@db/config\`.`,
}

const rules = `## What the commands have in common

**The schema module** exports what \`defineConfig()\` gave, as \`config\` or as its default. It may export \`sources\`, \`modules\` and
\`references\`, the same that \`createPlane()\` is given. It is imported as it is, so it must not start the service. TypeScript is run by the \`tsx\`
of the project where it has one, and otherwise by Node itself, which can since 22.18.

**The sources** are those that the module exports, unless files or a prefix are given. Files come first, the later one above the earlier one, then
the environment; \`--set\` stands above all of them. Relative paths are taken from the working directory.

**Answers** go to stdout, whatever the exit code is; what keeps a command from answering goes to stderr, with what to do next. With \`--json\`
stdout holds exactly one document in either case, and stderr nothing. Its keys are always there; what is not known is \`null\`. An error is
\`{ "error": { "code", "title", "message", "next", "exitCode" } }\`. Secrets are \`"[secret]"\`, and \`"[secret 3f2a91]"\` in a plan, where other
digits mean another secret; values at places that the schema does not know are \`"[unknown]"\`.

**Colours** are for terminals alone, and \`NO_COLOR\` turns them off. \`DEBUG=trimtab\` shows where an error happened.`

function exitCodes(): string {
  const codes = Object.entries<ErrorKind>(errorCodes).filter(([code]) => given.has(code))
  const rows = codes.map(([code, { exitCode, title }]) => `| ${exitCode} | \`${code}\` | ${title} |`)
  return `## Exit codes

| exit | code | meaning |
| --- | --- | --- |
| 0 | | The answer is good: valid, explained, planned, written, migrated |
${rows.join('\n')}

All codes are on the page of [error codes](errors.md).`
}

/** Those that the command ends with. */
const given: ReadonlySet<string> = new Set([
  'internal',
  'option_invalid',
  'config_invalid',
  'source_unreadable',
  'module_cycle',
  'dependency_missing',
  'store_unavailable',
  'store_incompatible',
  'store_incomplete',
])
