import type { IncomingMessage } from 'node:http'
import type { RequestView } from './tenant-place.ts'

/** A request of `node:http`, also where express has taken a part of its path away. */
export function nodeView(request: IncomingMessage): RequestView {
  return {
    header: (name) => {
      const value = request.headers[name]
      // Node joins what comes twice by commas, and no tenant has one.
      return Array.isArray(value) ? value.join(', ') : value
    },
    get host() {
      const authority = request.headers[':authority']
      return typeof authority === 'string' ? authority : request.headers.host
    },
    get target() {
      if ('originalUrl' in request && typeof request.originalUrl === 'string') return request.originalUrl
      return request.url ?? ''
    },
  }
}
