/** What a code means wherever it surfaces: as an exception, an HTTP answer, or the exit of a command. */
export interface ErrorKind {
  /** One short sentence without details; the same for every error of the code. */
  readonly title: string
  /** HTTP status of an answer that carries it. */
  readonly status: number
  /** Exit code of a command that ends with it. */
  readonly exitCode: number
  /** True where the same call may succeed later without any change by the caller. */
  readonly retryable: boolean
  /** What the reader of the error should do. */
  readonly action: string
}

/**
 * Every code that Trimtab gives. A code is never renamed or given another meaning; `docs/reference/errors.md` is kept
 * equal to it.
 *
 * @example
 * errorCodes.config_invalid.exitCode // 3
 */
export const errorCodes = {
  internal: {
    title: 'Trimtab met a fault of its own',
    status: 500,
    exitCode: 1,
    retryable: false,
    action: 'Report it with the message and its cause.',
  },
  option_invalid: {
    title: 'An option has a value that is not allowed',
    status: 400,
    exitCode: 2,
    retryable: false,
    action: 'Correct the named option. Options are never adjusted silently.',
  },
  config_invalid: {
    title: 'The configuration is invalid',
    status: 422,
    exitCode: 3,
    retryable: false,
    action: 'Correct every listed problem; each names its place.',
  },
  source_unreadable: {
    title: 'A required source could not be read',
    status: 503,
    exitCode: 4,
    retryable: true,
    action: 'Make the named source readable, or mark it optional.',
  },
  module_failed: {
    title: 'A module failed to start, check, reload or stop',
    status: 500,
    exitCode: 5,
    retryable: true,
    action: 'Read the cause: it is what the module threw.',
  },
  step_timed_out: {
    title: 'A step did not finish within its deadline',
    status: 504,
    exitCode: 6,
    retryable: true,
    action: 'Look at the named module and step, or raise its timeout.',
  },
  module_cycle: {
    title: 'Modules depend on each other in a circle',
    status: 500,
    exitCode: 2,
    retryable: false,
    action: 'Break the named circle.',
  },
  plane_closed: {
    title: 'The plane is closed',
    status: 503,
    exitCode: 7,
    retryable: false,
    action: 'Create a new plane, or do not use this one after close().',
  },
  reload_refused: {
    title: 'A reload was refused, undone or held back',
    status: 409,
    exitCode: 8,
    retryable: true,
    action: 'Read the outcome: it names who refused and why.',
  },
  reload_in_hook: {
    title: 'A hook waited for a reload of its own plane',
    status: 409,
    exitCode: 1,
    retryable: false,
    action:
      'Ask for the reload in the hook and go on without awaiting it: it begins after the reload the hook is part of.',
  },
  reload_stuck: {
    title: 'A reload failed and could not be undone',
    status: 500,
    exitCode: 9,
    retryable: true,
    action: 'Look at the named module; the next successful reload, or clearStuck(), ends it.',
  },
  state_dir_unusable: {
    title: 'The state folder cannot be used',
    status: 500,
    exitCode: 10,
    retryable: false,
    action: 'Make the folder writable for this process alone, or choose another.',
  },
  dependency_missing: {
    title: 'An optional package is not installed',
    status: 500,
    exitCode: 11,
    retryable: false,
    action: 'Install the named package.',
  },
  part_not_configured: {
    title: 'A part of Trimtab was used without its option',
    status: 501,
    exitCode: 2,
    retryable: false,
    action: 'Add the named option to createPlane().',
  },
  not_writable: {
    title: 'The source cannot be written to',
    status: 405,
    exitCode: 12,
    retryable: false,
    action: 'Write to a source that is writable, or use an override.',
  },
  revision_conflict: {
    title: 'Somebody else published first',
    status: 412,
    exitCode: 13,
    retryable: true,
    action: 'Read the current revision, apply the edit to it, and publish again.',
  },
  store_unavailable: {
    title: 'The store does not answer',
    status: 503,
    exitCode: 14,
    retryable: true,
    action: 'Wait or look after the store. What was read before goes on being served.',
  },
  store_in_use: {
    title: 'Another process has the embedded store',
    status: 503,
    exitCode: 14,
    retryable: true,
    action: 'Stop the process that the message names, or let both share a PostgreSQL.',
  },
  store_incompatible: {
    title: 'The store and this version of Trimtab do not fit together',
    status: 500,
    exitCode: 14,
    retryable: false,
    action: 'Update Trimtab where the store is newer, or migrate the store with the version that made it.',
  },
  store_incomplete: {
    title: 'The store lacks migrations, roles, rights or triggers',
    status: 503,
    exitCode: 18,
    retryable: false,
    action: 'Run `trimtab migrate` as somebody who may do what is named.',
  },
  cursor_unknown: {
    title: 'The store does not know the history that a reader has followed',
    status: 409,
    exitCode: 15,
    retryable: true,
    action: 'Read everything and go on from there: the store was restored, or lost what it had confirmed.',
  },
  tenant_context_missing: {
    title: 'Work for a tenant was done outside of any tenant',
    status: 500,
    exitCode: 16,
    retryable: false,
    action: 'Run the work inside the tenant it is for.',
  },
  tenant_context_invalid: {
    title: 'The tenant of the context is none',
    status: 400,
    exitCode: 16,
    retryable: false,
    action: 'Give the id of a tenant that exists.',
  },
  tenant_isolation: {
    title: 'Work for one tenant touched what belongs to another',
    status: 403,
    exitCode: 16,
    retryable: false,
    action: 'Correct the work that is named: it must stay with its own tenant.',
  },
  tenant_mismatch: {
    title: 'The tenant changed under work that was under way',
    status: 409,
    exitCode: 16,
    retryable: false,
    action: 'Bind the work to its tenant where it is handed over.',
  },
  tenant_not_named: {
    title: 'The request names no tenant',
    status: 400,
    exitCode: 16,
    retryable: false,
    action: 'Name one tenant where the service looks for it: in a header, the host, the path or a claim.',
  },
  tenant_forbidden: {
    title: 'The request may not be made for this tenant',
    status: 403,
    exitCode: 16,
    retryable: false,
    action: 'Ask for a tenant that the caller is authorised for.',
  },
  tenant_unknown: {
    title: 'There is no such tenant',
    status: 404,
    exitCode: 17,
    retryable: false,
    action:
      'Give the id of a tenant that exists. A service knows those with an overlay, also an empty one, those it has activated, and those of the directory that it gives its middleware.',
  },
  tenant_suspended: {
    title: 'The tenant is suspended',
    status: 403,
    exitCode: 17,
    retryable: false,
    action: 'Activate the tenant before its work goes on.',
  },
  row_security_bypassed: {
    title: 'Row-level security does not hold for the database role',
    status: 500,
    exitCode: 16,
    retryable: false,
    action:
      'Connect as a role that is no superuser, has no BYPASSRLS and owns no table, or force row security on its tables.',
  },
  tenant_not_active: {
    title: 'The tenant is not active here',
    status: 409,
    exitCode: 17,
    retryable: true,
    action: 'Activate it, or wait until it is ready.',
  },
  tenant_invalid: {
    title: "The tenant's configuration is invalid, and there is no good one to go on with",
    status: 422,
    exitCode: 17,
    retryable: false,
    action: "Correct the tenant's values.",
  },
} as const satisfies Record<string, ErrorKind>

/** The code of an error, for programs to branch on: one of the keys of `errorCodes`. */
export type ErrorCode = keyof typeof errorCodes
