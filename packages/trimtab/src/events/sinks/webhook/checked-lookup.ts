import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { AddressKind } from './addresses.ts'

/** Gives every address of a name. */
export type ResolveAll = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void

export const resolveBySystem: ResolveAll = (host, done) => {
  systemLookup(host, { all: true, verbatim: true }, (error, addresses) => done(error, addresses ?? []))
}

export interface CheckedLookupParts {
  readonly check: (address: string) => AddressKind
  /** Whether the URL itself says that it is this machine. */
  readonly allowLoopback: boolean
  readonly resolve: ResolveAll
}

/**
 * A `lookup` for a socket that gives checked addresses alone. The socket connects to just what it is given, so that a
 * name that leads elsewhere a moment later (DNS rebinding) gains nothing. One address that is refused refuses the name:
 * an honest one has no such address.
 */
export function checkedLookup({ check, allowLoopback, resolve }: CheckedLookupParts): LookupFunction {
  return (host, options, done) => {
    resolve(host, (error, addresses) => {
      if (error !== null) {
        done(error, '', 0)
        return
      }
      const allowed = addresses.every(({ address }) => {
        const kind = check(address)
        return kind === 'allowed' || (kind === 'loopback' && allowLoopback)
      })
      const wanted = options.family === 4 || options.family === 6 ? options.family : undefined
      const fitting = addresses.filter(({ family }) => wanted === undefined || family === wanted)
      const [first] = fitting
      if (!allowed || first === undefined) done(new RefusedAddress(host), '', 0)
      else if (options.all === true) done(null, [...fitting])
      else done(null, first.address, first.family)
    })
  }
}

/** The name leads to where webhooks may not go. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress'
  readonly code = 'ERR_TRIMTAB_ADDRESS'

  constructor(host: string) {
    super(`${host} leads to an address that webhooks may not go to: link-local, metadata, or this machine`)
  }
}
