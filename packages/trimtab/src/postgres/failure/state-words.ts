import type { SqlStateName } from './sql-states.ts'

/** What an answer of the server means to whoever operates the store. */
export interface StateWords {
  readonly why: string
  /** What to do about it, where anything is known: what follows a semicolon. */
  readonly advice?: string
}

const lost: StateWords = { why: 'the connection was lost' }
const badText: StateWords = { why: 'a text has a character in it that the database can not hold' }
const noTables: StateWords = {
  why: 'the tables of the store are not there, or of another version',
  advice: 'run `trimtab migrate`, and look at the option schema',
}
const badCredentials = 'correct the user or the password of the connection'

/** In words without names of PostgreSQL's, and without what a message could hold. */
export const stateWords: Readonly<Record<Exclude<SqlStateName, 'insufficient_privilege' | 'other'>, StateWords>> = {
  connection_exception: { why: 'the connection failed' },
  connection_does_not_exist: lost,
  connection_failure: lost,
  protocol_violation: { why: 'what answers does not speak as PostgreSQL does' },
  character_not_in_repertoire: badText,
  untranslatable_character: badText,
  check_violation: { why: 'a rule of the tables does not allow that' },
  read_only_sql_transaction: { why: 'the database takes no writes: it is a replica, or read-only' },
  invalid_authorization_specification: { why: 'the server does not let this user in', advice: badCredentials },
  invalid_password: { why: 'the password was not accepted', advice: badCredentials },
  invalid_catalog_name: { why: 'there is no such database', advice: 'create it, or correct its name' },
  invalid_schema_name: noTables,
  serialization_failure: { why: 'somebody else wrote at the same moment' },
  deadlock_detected: { why: 'two that wrote waited for each other' },
  undefined_column: noTables,
  undefined_function: noTables,
  undefined_table: noTables,
  disk_full: { why: 'the disk of the database is full' },
  out_of_memory: { why: 'the database has no memory left' },
  too_many_connections: { why: 'the server has no connection left' },
  lock_not_available: { why: 'somebody else held a lock for too long' },
  query_canceled: { why: 'the database broke it off: it took too long, or somebody cancelled it' },
  admin_shutdown: { why: 'the server ended the connection, or is stopping' },
  crash_shutdown: { why: 'the server ended the connection after a crash' },
  cannot_connect_now: { why: 'the server is starting or stopping' },
  idle_session_timeout: { why: 'the server ended a connection that was idle' },
  store_newer: {
    why: 'the store has been migrated to a form that this program does not know',
    advice: 'update trimtab',
  },
  direct_write_refused: { why: 'the history of the store has no way to say that' },
  schemas_moved: { why: 'other versions of the program have a say by now' },
}
