import { Argument, Command, Option } from 'commander'
import { type Command as Parsed, type Inputs, languages, type Replacement } from './command.ts'
import { usageError } from './usage-error.ts'

export interface ProgramOptions {
  readonly version: string
  readonly helpWidth: number
  /** Called with help or the version. */
  readonly print: (text: string) => void
  /** Called with the command that was asked for. */
  readonly found: (command: Parsed) => void
}

/** The commands, their options and their help. It neither prints nor exits by itself. */
export function createProgram({ version, helpWidth, print, found }: ProgramOptions): Command {
  const program = new Command('trimtab')
    .description('Change the configuration of running Node services safely.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: print,
      writeErr: print,
      outputError: () => {},
      getOutHelpWidth: () => helpWidth,
      getErrHelpWidth: () => helpWidth,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
  addExamples(program, ['trimtab init my-service --yes', 'trimtab validate', 'trimtab explain http.port'])

  addExamples(
    program
      .command('init')
      .summary('write a small working service')
      .description('Write a small working service to begin with. Files that exist are never overwritten.')
      .argument('[directory]', 'where to write it', '.')
      .option('--name <name>', "name of the service; the folder's, if it is left away")
      .addOption(new Option('--language <language>', 'language of the service').choices(languages))
      .option('-y, --yes', 'ask nothing: typescript, and the name of the folder')
      .option('--json', jsonHelp)
      .action((directory: string, options: InitOptions) => {
        const { name, language, yes = false, json = false } = options
        found({ kind: 'init', directory, name, language, yes, json })
      }),
    ['trimtab init my-service --yes', 'trimtab init jobs --name nightly-jobs --language javascript --yes'],
  )

  addExamples(
    withInputs(
      program
        .command('validate')
        .summary('list every problem of the configuration')
        .description('Read the configuration once, as the service would, and list every problem and warning.')
        .addArgument(schemaArgument()),
    ).action((schema: string | undefined, options: InputOptions) => {
      found({ kind: 'validate', inputs: inputsOf(schema, options), json: options.json ?? false })
    }),
    [
      'trimtab validate',
      'trimtab validate src/config.ts --file config.yaml --env-prefix APP_',
      'trimtab validate --set http.port=9090 --json',
    ],
  )

  addExamples(
    withInputs(
      program
        .command('explain')
        .summary('say where a value comes from')
        .description('Say what a value is, who set it, and what every other source said about it.')
        .argument('<path>', 'the place in the configuration: http.port, routes["/v1/*"].upstream')
        .addArgument(schemaArgument()),
    ).action((path: string, schema: string | undefined, options: InputOptions) => {
      found({ kind: 'explain', path, inputs: inputsOf(schema, options), json: options.json ?? false })
    }),
    [
      'trimtab explain http.port',
      'trimtab explain http --file config.yaml --json',
      'trimtab explain http.greeting --set http.greeting=Hi',
    ],
  )

  addExamples(
    withInputs(
      program
        .command('plan')
        .summary('say what a change would do')
        .description(
          'Say what a change of the configuration would do to a running service: what changes at once, what waits for ' +
            'a restart, and what every module would do. Nothing is changed, and no hook of a module is called.',
        )
        .addArgument(schemaArgument())
        .option('--candidate <file>', 'a file in place of the only file among the sources')
        .option('--replace <source=file>', 'a file in place of the named source (repeatable)', collect)
        .option('--against <file>', 'an older file, or source=file: plan from it to what is there now', collect),
    ).action((schema: string | undefined, options: PlanOptions) => {
      found({ kind: 'plan', inputs: inputsOf(schema, options), json: options.json ?? false, ...comparison(options) })
    }),
    [
      'trimtab plan --candidate new.yaml',
      'trimtab plan --replace config.yaml=new.yaml --json',
      'trimtab plan --against old.yaml',
    ],
  )

  addExamples(
    program
      .command('migrate')
      .summary('prepare a PostgreSQL database for a store')
      .description(
        'Bring the tables of a store in PostgreSQL to what this version knows: all of it or nothing. Any number of ' +
          'processes may do it at once.',
      )
      .option('--database <url>', 'postgres://user@host/database; DATABASE_URL, if it is left away')
      .option('--schema <name>', 'the PostgreSQL schema that holds the store (default: trimtab)')
      .addOption(new Option('--print', 'print the SQL of a new store, and touch no database').conflicts('check'))
      .option('--check', 'change nothing: end with 18 where something is missing')
      .option('--json', jsonHelp)
      .action((options: MigrateOptions) => {
        const { print: prints = false, check = false, database, schema, json = false } = options
        const mode = prints ? 'print' : check ? 'check' : 'apply'
        found({ kind: 'migrate', mode, database, schema, json })
      }),
    [
      'trimtab migrate --database postgres://admin@db/config',
      'trimtab migrate --check --json',
      'trimtab migrate --print --schema checkout',
    ],
  )
  return program
}

interface MigrateOptions {
  readonly print?: boolean
  readonly check?: boolean
  readonly database?: string
  readonly schema?: string
  readonly json?: boolean
}

interface InitOptions {
  readonly name?: string
  // commander refuses what is none of the choices.
  readonly language?: (typeof languages)[number]
  readonly yes?: boolean
  readonly json?: boolean
}

interface InputOptions {
  readonly schema?: string
  readonly file?: readonly string[]
  readonly envPrefix?: string
  readonly set?: readonly string[]
  readonly json?: boolean
}

interface PlanOptions extends InputOptions {
  readonly candidate?: string
  readonly replace?: readonly string[]
  readonly against?: readonly string[]
}

const jsonHelp = 'print one JSON document, for machines'

function schemaArgument(): Argument {
  return new Argument('[schema]', 'the schema module, like --schema')
}

function withInputs(command: Command): Command {
  return command
    .option('--schema <module>', 'module that exports what defineConfig() gave, as default or as `config`')
    .option('--file <path>', 'read this file, a later one above an earlier one (repeatable)', collect)
    .option('--env-prefix <prefix>', 'read the variables that begin with it, above the files')
    .option('--set <path=value>', 'set one value, above everything else (repeatable)', collect)
    .option('--json', jsonHelp)
    .addHelpText('after', inputsHelp)
}

const inputsHelp = `
Without --schema the module is the one that package.json names, as
{ "trimtab": { "schema": "src/service.ts" } }, or else src/config or config with
the extension .ts, .mts, .js or .mjs. Without --file and --env-prefix the sources
are those that the module exports as \`sources\`.`

function addExamples(command: Command, examples: readonly string[]): void {
  command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`)
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function inputsOf(positional: string | undefined, options: InputOptions): Inputs {
  const { schema, file = [], envPrefix, set = [] } = options
  if (positional !== undefined && schema !== undefined) {
    throw usageError(`The schema module is named twice: ${positional} and --schema ${schema}.`, 'Name it once.')
  }
  return { schema: schema ?? positional, files: file, envPrefix, sets: set }
}

function comparison(options: PlanOptions): { candidates: readonly Replacement[]; against: readonly Replacement[] } {
  const { candidate, replace = [], against = [] } = options
  const candidates = [
    ...(candidate === undefined ? [] : [{ source: undefined, file: candidate }]),
    ...replace.map((text) => {
      const replacement = readReplacement(text)
      if (replacement.source !== undefined) return replacement
      throw usageError(`--replace ${text} names no source.`, 'Write it like --replace config.yaml=new.yaml.')
    }),
  ]
  const before = against.map(readReplacement)
  if (candidates.length > 0 === before.length > 0) {
    const why =
      before.length > 0 ? '--against does not go with --candidate and --replace.' : 'There is nothing to compare with.'
    throw usageError(why, 'Give --candidate or --replace for a change to come, or --against for one that was made.')
  }
  return { candidates, against: before }
}

function readReplacement(text: string): Replacement {
  const equals = text.indexOf('=')
  const [source, file] = equals < 0 ? [undefined, text] : [text.slice(0, equals), text.slice(equals + 1)]
  if (source !== '' && file !== '') return { source, file }
  throw usageError(`${text} is no source=file.`, 'Write it like config.yaml=new.yaml.')
}
