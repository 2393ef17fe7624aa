import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Plane, Secret, TenantDirectory, TenantMiddlewareOptions } from 'trimtab'
import type { GatewayConfig } from '../config.ts'

type GatewayPlane = Pick<Plane<GatewayConfig>, 'config' | 'tenants'>
type Authorize = TenantMiddlewareOptions<IncomingMessage>['authorize']

/** Whether a request carries the token of the tenant it names, or that of an operator. */
export function createAuthorize(plane: GatewayPlane): Authorize {
  return (tenant, request) => {
    if (isOperator(plane, request)) return true
    return carries(request, plane.tenants.get(tenant).config.access.token)
  }
}

export function isOperator({ config }: Pick<GatewayPlane, 'config'>, request: IncomingMessage): boolean {
  return carries(request, config.access.operator)
}

/** Who the tenants are: those with a file, as long as that does not say that they are suspended. */
export function createDirectory({ tenants }: GatewayPlane): TenantDirectory {
  return {
    stateOf(tenant) {
      const state = tenants.stateOf(tenant)
      return state === 'active' && tenants.get(tenant).config.access.suspended ? 'suspended' : state
    },
  }
}

function carries({ headers }: IncomingMessage, expected: Secret | undefined): boolean {
  const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  return given !== undefined && expected !== undefined && isSame(given, expected.reveal())
}

/** Takes as long for a token that is almost right as for any other. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
