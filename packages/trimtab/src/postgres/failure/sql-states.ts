/** The codes of PostgreSQL that something here depends on or that people meet, by the names its manual gives them. */
const sqlStates = {
  '08000': 'connection_exception',
  '08003': 'connection_does_not_exist',
  '08006': 'connection_failure',
  '08P01': 'protocol_violation',
  '22021': 'character_not_in_repertoire',
  '22P05': 'untranslatable_character',
  '23514': 'check_violation',
  '25006': 'read_only_sql_transaction',
  '28000': 'invalid_authorization_specification',
  '28P01': 'invalid_password',
  '3D000': 'invalid_catalog_name',
  '3F000': 'invalid_schema_name',
  '40001': 'serialization_failure',
  '40P01': 'deadlock_detected',
  '42501': 'insufficient_privilege',
  '42703': 'undefined_column',
  '42883': 'undefined_function',
  '42P01': 'undefined_table',
  '53100': 'disk_full',
  '53200': 'out_of_memory',
  '53300': 'too_many_connections',
  '55P03': 'lock_not_available',
  '57014': 'query_canceled',
  '57P01': 'admin_shutdown',
  '57P02': 'crash_shutdown',
  '57P03': 'cannot_connect_now',
  '57P05': 'idle_session_timeout',
  // Those of the store's own functions.
  TT001: 'store_newer',
  TT002: 'direct_write_refused',
  TT003: 'schemas_moved',
} as const

export type SqlStateName = (typeof sqlStates)[keyof typeof sqlStates] | 'other'

/** The SQLSTATE of what a driver threw; undefined for what is no answer of the server. */
export function sqlStateOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  const { code } = thrown
  // Node's own codes look like ones, but PostgreSQL's errors tell how severe they are.
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in thrown ? code : undefined
}

export function sqlStateName(state: string | undefined): SqlStateName | undefined {
  if (state === undefined) return undefined
  return Object.hasOwn(sqlStates, state) ? sqlStates[state as keyof typeof sqlStates] : 'other' // just looked up
}
