/** What every command that reads a configuration is told. */
export interface Inputs {
  /** The schema module; looked for in its usual places, if nobody names it. */
  readonly schema: string | undefined
  readonly files: readonly string[]
  readonly envPrefix: string | undefined
  /** `path=value`, each. */
  readonly sets: readonly string[]
}

/** One file in place of a source; of the only file among the sources, where none is named. */
export interface Replacement {
  readonly source: string | undefined
  readonly file: string
}

export const languages = ['typescript', 'javascript'] as const
export type Language = (typeof languages)[number]

export interface InitCommand {
  readonly kind: 'init'
  readonly directory: string
  readonly name: string | undefined
  readonly language: Language | undefined
  /** Asks nothing and takes the defaults. */
  readonly yes: boolean
  readonly json: boolean
}

export interface ValidateCommand {
  readonly kind: 'validate'
  readonly inputs: Inputs
  readonly json: boolean
}

export interface ExplainCommand {
  readonly kind: 'explain'
  readonly path: string
  readonly inputs: Inputs
  readonly json: boolean
}

export interface PlanCommand {
  readonly kind: 'plan'
  readonly inputs: Inputs
  /** What would stand there afterwards. */
  readonly candidates: readonly Replacement[]
  /** What stood there before, in place of what stands there now. */
  readonly against: readonly Replacement[]
  readonly json: boolean
}

export interface MigrateCommand {
  readonly kind: 'migrate'
  readonly mode: 'apply' | 'print' | 'check'
  /** Its URL; that of the environment, where nobody gives one. */
  readonly database: string | undefined
  /** The PostgreSQL schema that holds the store. */
  readonly schema: string | undefined
  readonly json: boolean
}

export type Command = InitCommand | ValidateCommand | ExplainCommand | PlanCommand | MigrateCommand
