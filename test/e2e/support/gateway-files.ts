import type { TestUpstream } from './upstreams.ts'

/** What `config.yaml` says. It is cut off nowhere in a way that gives a limit which the load would meet. */
export interface MainFile {
  readonly limit: number
  readonly level: 'info' | 'warn' | 'error'
  readonly port: number
}

export function mainFile({ limit, level, port }: MainFile): string {
  return `limits: { requestsPerSecond: ${limit} }
log:
  level: ${level}
  format: text
http:
  port: ${port}
  linger: 50ms
`
}

/**
 * What `routes.d/traffic.yaml` says. The stamp stands in the header that the route adds, in the token that the snapshot
 * holds, and as the name of the server that the upstream leads to: three modules' sight of one generation.
 */
export interface TrafficFile {
  readonly edit: number
  readonly server: TestUpstream
  readonly extra: { readonly connections: number } | undefined
}

export function stampOf({ edit, server }: TrafficFile): string {
  return `${server.name}.${edit}`
}

export function trafficFile(state: TrafficFile): string {
  const { edit, server, extra } = state
  const stamp = stampOf(state)
  // The upstream keeps its name over one edit and gets another one with the next.
  const pool = edit % 4 < 2 ? 'pool-a' : 'pool-b'
  const more = extra && `    extra: { url: "${server.url}", connections: ${extra.connections} }\n`
  return `traffic:
  upstreams:
    ${pool}: { url: "${server.url}", token: "token-${stamp}" }
    spare: { url: "${server.url}" }
${more ?? ''}  routes:
    load:
      match: /load/*
      headers: { x-stamp: "${stamp}" }
      upstream: ${pool}
${extra === undefined ? '' : '    extra: { match: /extra, upstream: extra }\n'}`
}

/** A mistake that is added to a good file, and what has to be said of it at the place of the mistake. */
export interface Flaw {
  readonly file: 'main' | 'traffic'
  readonly what: string
  readonly text: string
  readonly says: string
}

export const flaws: readonly Flaw[] = [
  { file: 'traffic', what: 'syntax', text: '    torn: { match: "/torn\n', says: 'a quote is not closed' },
  {
    file: 'traffic',
    what: 'a route to an unknown upstream',
    text: '    stray: { match: /stray, upstream: nowhere }\n',
    says: 'traffic.routes.stray.upstream: module routes: expected the name of an upstream',
  },
  {
    file: 'traffic',
    what: 'a route twice',
    text: '    twin: { match: /load/*, upstream: spare }\n',
    says: 'traffic.routes.twin.match: module routes: takes the same requests as the route load',
  },
  {
    file: 'traffic',
    what: 'a route that is never reached',
    text: '    shadow: { match: /load/:id/items, upstream: spare }\n',
    says: 'traffic.routes.shadow.match: module routes: is never reached',
  },
  {
    file: 'traffic',
    what: 'a wrong type',
    text: '    typed: { match: /typed, upstream: pool-a, order: soon }\n',
    says: 'traffic.routes.typed.order: expected',
  },
  {
    file: 'traffic',
    what: 'an unknown key',
    text: '    keyed: { match: /keyed, upsteam: spare }\n',
    says: 'traffic.routes.keyed.upsteam: ',
  },
  {
    file: 'main',
    what: 'syntax',
    text: 'tls: {\n',
    says: 'the indentation does not fit what is above, or a bracket is not closed',
  },
  { file: 'main', what: 'a wrong type', text: '  keepAliveTimeout: [1]\n', says: 'http.keepAliveTimeout: expected' },
  { file: 'main', what: 'an unknown key', text: '  prot: 1\n', says: 'http.prot: ' },
  {
    file: 'main',
    what: 'timeouts that contradict each other',
    text: '  headersTimeout: 10m\n',
    says: 'module http: expected no more than requestTimeout',
  },
]
