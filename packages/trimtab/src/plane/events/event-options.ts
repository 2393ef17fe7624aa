import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { EventSink } from '../../events/sink.ts'

/** Where everything that a plane tells goes, from the boot on. */
export interface EventOptions {
  /** `functionSink`, `jsonLinesSink` and `webhookSink` of `trimtab/sinks`, or sinks of one's own. */
  readonly sinks?: readonly EventSink[] | undefined
  /** The `source` of every event: a URI or a part of one. Default: `/trimtab/` and the name of the instance. */
  readonly source?: string | undefined
  /** How many events may wait for one sink: 1,024. The oldest is lost when there are more. */
  readonly queue?: number | undefined
}

export const eventOptionNames = ['sinks', 'source', 'queue'] as const satisfies readonly (keyof EventOptions)[]

/** A part of a URI, as RFC 3986 has it: what a receiver may compare, and put into a link. */
const uriText = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]{1,512}$/

/** Throws `option_invalid` for anything that cannot be what was meant. */
export function checkEvents({ sinks = [], source, queue }: EventOptions): void {
  if (!Array.isArray(sinks) || sinks.some((sink) => typeof sink?.open !== 'function' || !isName(sink.name)))
    throw invalid('sinks', "has to be a list of sinks, as jsonLinesSink({ path: 'events.jsonl' }) gives one")
  const names = sinks.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw invalid('sinks', `has two called ${twice}; give one of them a \`name\``)
  if (source !== undefined && !(typeof source === 'string' && uriText.test(source)))
    throw invalid('source', 'has to be a URI, or a part of one such as /checkout')
  if (queue !== undefined && !(Number.isInteger(queue) && queue > 0))
    throw invalid('queue', 'has to be a whole number above 0')
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && name.length > 0 && name.length <= 512
}

function invalid(name: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option events.${name} ${why}.`)
}
