import { isTrimtabError, TrimtabError } from '../../errors/trimtab-error.ts'
import { abortReason } from '../../primitives/concurrency/abort.ts'
import { type SqlStateName, sqlStateName, sqlStateOf } from './sql-states.ts'
import { type StateWords, stateWords } from './state-words.ts'

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
  if (name === 'store_newer') {
    return new TrimtabError(
      'store_incompatible',
      `The store has been migrated to a form that this program does not know; ${doing} was not done. Update trimtab.`,
    )
  }
  const message = `The store failed at ${doing}: ${describe(thrown, { isAdvised: true })}.`
  return new TrimtabError('store_unavailable', message, { details: state === undefined ? {} : { sqlState: state } })
}

/** Why the database did not do something, in words without addresses, values or passwords. */
export function describeFailure(thrown: unknown): string {
  return describe(thrown, { isAdvised: false })
}

/** What it means comes first, for people; the code comes last, for whoever looks it up. */
function describe(thrown: unknown, { isAdvised }: { readonly isAdvised: boolean }): string {
  const state = sqlStateOf(thrown)
  const name = sqlStateName(state)
  if (name === undefined) return describeConnection(thrown)
  const { why, advice } = wordsOf(name, state, thrown)
  return `${why}${isAdvised && advice !== undefined ? `; ${advice}` : ''} (SQLSTATE ${state})`
}

function wordsOf(name: SqlStateName, state: string | undefined, thrown: unknown): StateWords {
  if (name !== 'other' && name !== 'insufficient_privilege') return stateWords[name]
  const isPlain = ownClasses.has(state?.slice(0, 2) ?? '')
  const why = isPlain ? `the database says ${messageOf(thrown)}` : 'the database refused it'
  if (name === 'other') return { why }
  const advice =
    'grant the user a role that `trimtab migrate` creates: that of readers to read, that of publishers to publish'
  return { why, advice }
}

/** Of what never was an answer of the server. */
function describeConnection(thrown: unknown): string {
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

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : typeof thrown
}
