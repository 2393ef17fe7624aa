import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { TrimtabEvent } from '../event-types.ts'
import type { EventSink } from '../sink.ts'

/** What a function that takes events is called, and how it is called. */
/** What a function is called as a sink, and how long it may take. */
export interface FunctionSinkOptions {
  /** Default: the name of the function, or `function`. */
  readonly name?: string | undefined
  /** Milliseconds one call may take before its event counts as lost: 30 s. */
  readonly timeout?: number | undefined
}

/**
 * Calls a function for every event, one at a time and in order. What it throws, or rejects with, means that the event
 * is lost.
 *
 * @example
 * const audit = functionSink((event) => console.log(event.type, event.time), { name: 'audit' })
 * const plane = await createPlane({ config, sources: [fileSource('config.yaml')], events: { sinks: [audit] } })
 */
export function functionSink(
  take: (event: TrimtabEvent, signal: AbortSignal) => unknown,
  { name, timeout }: FunctionSinkOptions = {},
): EventSink {
  if (typeof take !== 'function')
    throw new TrimtabError('option_invalid', 'functionSink() needs a function that it can call.')
  if (timeout !== undefined && !(timeout > 0))
    throw new TrimtabError('option_invalid', 'The option timeout of functionSink() has to be milliseconds above 0.')
  const given = name ?? take.name
  return {
    name: given === '' ? 'function' : given,
    open: () => ({ timeout, deliver: (event, signal) => take(event, signal) }),
  }
}
