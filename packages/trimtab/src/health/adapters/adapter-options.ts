import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { CheckRole, CheckTimings } from '../check.ts'

/** What every ready check takes beside its own: how often, and how much hangs on it. */
export interface AdapterOptions extends CheckTimings, CheckRole {
  /** Unique in a plane. */
  readonly name?: string | undefined
}

/** The part of an adapter's options that the check itself has. */
export function checkFields({
  name,
  timeout,
  interval,
  fall,
  rise,
  kind,
  optional,
  shared,
  failReadiness,
}: AdapterOptions): Omit<AdapterOptions, 'name'> & { readonly name: string | undefined } {
  return { name, timeout, interval, fall, rise, kind, optional, shared, failReadiness }
}

/** Two bounds that a measured value must not reach, the worse one beyond the other. Throws `option_invalid`. */
export function checkBounds(
  check: string,
  { degradedAt, unhealthyAt }: { degradedAt: number; unhealthyAt: number },
  most: number,
): void {
  const isNumber = (value: number) => typeof value === 'number' && value > 0 && value <= most
  if (isNumber(degradedAt) && isNumber(unhealthyAt) && degradedAt <= unhealthyAt) return
  throw new TrimtabError(
    'option_invalid',
    `The check ${check} needs degradedAt and unhealthyAt above 0 and up to ${most}, the first no greater than the second.`,
  )
}

/** Throws `option_invalid` for text that is none. */
export function needText(check: string, option: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return
  throw new TrimtabError(
    'option_invalid',
    `The check ${check} needs ${option}: a text that is not empty, not ${typeof value}.`,
  )
}
