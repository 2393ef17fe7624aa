import type { IncomingMessage } from 'node:http'
import type { TenantContext } from '../tenants.ts'

/**
 * Goes on with a request inside its tenant. Its body is told by the socket, whose context is nobody's: what listens to it
 * would lose the tenant. The request ends before the next one of the same socket begins, and each is an object of its own.
 */
export function enterRequest(request: IncomingMessage, tenants: Pick<TenantContext, 'bind'>, next: () => void): void {
  request.emit = tenants.bind(request.emit)
  next()
}
