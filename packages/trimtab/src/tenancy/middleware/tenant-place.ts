import { TrimtabError } from '../../errors/trimtab-error.ts'

/** Where a request names its tenant: in one place, so that two can't contradict each other. */
export type TenantPlace<Request> =
  /** The whole value of a header. */
  | { readonly header: string }
  /** One label of the host, in lower case: `*.example.com`. */
  | { readonly host: string }
  /** One segment of the path: `/t/:tenant`, and whatever stands below it. */
  | { readonly path: string }
  /** What the service itself knows of the request: a claim of a token that it has verified. */
  | { readonly claim: (request: Request) => ClaimedTenant | PromiseLike<ClaimedTenant> }

type ClaimedTenant = string | null | undefined

/** What a request of any server says, as far as tenants are named by it. */
export interface RequestView {
  header(name: string): string | undefined
  readonly host: string | undefined
  /** The path and query as they came. */
  readonly target: string
}

/** Finds what a request calls its tenant, which may be any text; undefined where it names none. */
export type FindTenant<Request> = (view: RequestView, request: Request) => unknown

/** Throws `option_invalid` for a place that can't be. */
export function compilePlace<Request>(place: TenantPlace<Request>): FindTenant<Request> {
  const names = typeof place === 'object' && place !== null ? Object.keys(place) : []
  if (names.length !== 1) throw invalid('has to be one of { header }, { host }, { path } and { claim }')
  if ('header' in place) return inHeader(place.header)
  if ('host' in place) return inHost(place.host)
  if ('path' in place) return inPath(place.path)
  const { claim } = place
  if (typeof claim !== 'function') throw invalid('has to be one of { header }, { host }, { path } and { claim }')
  return (_, request) => claim(request)
}

function inHeader(header: string): FindTenant<unknown> {
  if (typeof header !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(header))
    throw invalid("needs a header's name, as { header: 'x-tenant' }")
  const name = header.toLowerCase()
  return (view) => view.header(name)
}

function inHost(pattern: string): FindTenant<unknown> {
  if (typeof pattern !== 'string' || !/^\*(\.[a-z0-9-]+)+$/.test(pattern))
    throw invalid("needs a host in lower case whose first label is the tenant, as { host: '*.example.com' }")
  const suffix = pattern.slice(1)
  return ({ host = '' }) => {
    const name = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
    const label = name.slice(0, -suffix.length)
    return name.endsWith(suffix) && !label.includes('.') ? label : undefined
  }
}

const placeholder = ':tenant'

/** A step that a router may resolve and another may not: two of them would see two tenants. */
const ambiguous = /\\|(^|\/)(\.|%2e){1,2}(\/|$)|%2f|%5c/i

function inPath(pattern: string): FindTenant<unknown> {
  const expected = typeof pattern === 'string' ? pattern.split('/') : []
  const isSound = expected[0] === '' && expected.filter((segment) => segment === placeholder).length === 1
  if (!isSound || expected.slice(1).some((segment) => segment !== placeholder && !/^[\w.~-]+$/.test(segment)))
    throw invalid("needs a path with one segment :tenant, as { path: '/t/:tenant' }")
  return ({ target }) => {
    const [path = ''] = target.split(/[?#]/, 1)
    if (ambiguous.test(path)) return undefined
    const segments = path.split('/')
    let found: string | undefined
    for (const [index, segment] of expected.entries()) {
      const given = segments[index]
      if (segment === placeholder) found = given
      else if (given !== segment) return undefined
    }
    return found === undefined ? undefined : decoded(found)
  }
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function invalid(why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option from of the tenant middleware ${why}.`)
}
