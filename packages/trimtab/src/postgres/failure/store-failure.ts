import { isTrimtabError, TrimtabError } from '../../errors/trimtab-error.ts'
import { abortReason } from '../../primitives/concurrency/abort.ts'
import { type SqlStateName, sqlStateName, sqlStateOf } from './sql-states.ts'

/** Lets what a driver threw out as an error of ours, or as the reason of an aborted signal. */
export async function withFailures<T>(
  doing: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (signal?.aborted) throw abortReason(signal)
  try {
    return await work()
  } catch (error) {
    if (signal?.aborted) throw abortReason(signal)
    throw isTrimtabError(error) ? error : storeFailure(error, doing)
  }
}

/**
 * What a driver threw, as ours. The original is left out: its detail can show rows, and the settings that it was made with a
 * password.
 */
function storeFailure(thrown: unknown, doing: string): TrimtabError {
  const state = sqlStateOf(thrown)
  const name = sqlStateName(state)
  const why = describeFailure(thrown)
  if (name === 'store_newer') {
    return new TrimtabError(
      'store_incompatible',
      `The store has been migrated to a form that this program does not know; ${doing} was not done. Update trimtab.`,
    )
  }
  const advice = name === undefined ? undefined : adviceFor(name)
  return new TrimtabError('store_unavailable', `The store failed at ${doing}: ${why}.${advice ?? ''}`, {
    details: state === undefined ? {} : { sqlState: state },
  })
}

/** Why the database did not do something, in words without addresses, values or passwords. */
export function describeFailure(thrown: unknown): string {
  const state = sqlStateOf(thrown)
  const name = sqlStateName(state)
  if (name !== undefined) {
    if (name !== 'other' && name !== 'insufficient_privilege') return `the database says ${name} (SQLSTATE ${state})`
    const isPlain = ownClasses.has(state?.slice(0, 2) ?? '')
    return `the database ${isPlain ? `says ${messageOf(thrown)}` : 'refused it'} (SQLSTATE ${state})`
  }
  const code = codeOf(thrown)
  const reason = reasons.get(code ?? '')
  if (reason !== undefined) return `${reason} (${code})`
  if (code !== undefined) return `the connection failed (${code})`
  const message = messageOf(thrown)
  return /timeout|timed out|deadline/i.test(message)
    ? 'the database did not answer in time'
    : /terminated|closed|not queryable|connection error/i.test(message)
      ? 'the connection was lost'
      : /ssl|tls/i.test(message)
        ? 'no encrypted connection could be made'
        : /password|SASL|SCRAM/i.test(message)
          ? 'the password was not accepted, or there is none'
          : 'the connection failed'
}

/** Classes whose messages name parts of the database and no values. Those of data, constraints and people's own functions may. */
const ownClasses = new Set(['08', '0A', '25', '40', '42', '53', '54', '55', '57', '58', 'F0', 'XX'])

const reasons = new Map([
  ['ECONNREFUSED', 'nobody accepts connections there'],
  ['ECONNRESET', 'the connection was reset'],
  ['EPIPE', 'the connection was lost'],
  ['ENOTFOUND', 'the name of the server is unknown'],
  ['EAI_AGAIN', 'the name of the server could not be looked up'],
  ['ENOENT', 'there is no such socket or file'],
  ['ETIMEDOUT', 'the server does not answer'],
  ['EHOSTUNREACH', 'there is no way to the server'],
  ['ENETUNREACH', 'there is no way to the server'],
])

function adviceFor(name: SqlStateName): string | undefined {
  switch (name) {
    case 'invalid_schema_name':
    case 'undefined_table':
    case 'undefined_function':
    case 'undefined_column':
      return ' Its tables are not there, or of another version: run `trimtab migrate`, and look at the option schema.'
    case 'invalid_catalog_name':
      return ' There is no such database: create it, or correct its name.'
    case 'insufficient_privilege':
      return ' Grant the user a role that `trimtab migrate` creates: that of readers to read, that of publishers to publish.'
    case 'invalid_password':
    case 'invalid_authorization_specification':
      return ' Correct the user or the password of the connection.'
    default:
      return undefined
  }
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : typeof thrown
}
