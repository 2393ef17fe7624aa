import { reachable, serverTable, table } from './table.mjs'

const src = '^packages/trimtab/src/'
const either = (names) => `(${names.join('|')})`

const layersOf = (rows, within, prefix) =>
  Object.keys(rows).map((folder) => {
    const allowed = reachable(folder, rows)
    return {
      name: `${prefix}${folder}`,
      severity: 'error',
      comment: `${folder} may import ${allowed.slice(1).join(', ') || 'no other folder'}`,
      from: { path: `${within}${folder}/` },
      to: { path: within, pathNot: `${within}${either(allowed)}/` },
    }
  })

/** The rules that dependency-cruiser checks over packages/{name}/src, tests left out. */
export const forbidden = [
  ...layersOf(table, src, 'layer-'),
  ...layersOf(serverTable, '^packages/server/src/', 'server-layer-'),
  {
    name: 'entry-without-testing-and-cli',
    severity: 'error',
    comment: 'what services import must not reach the testing kit or the command',
    from: { path: `${src}[^/]+$` },
    to: { path: `${src}(cli|testing)/` },
  },
  {
    name: 'model-without-io',
    severity: 'error',
    comment: 'model is pure and synchronous; of node it may use hashes and inspection only',
    from: { path: `${src}model/` },
    to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|util)$' },
  },
  {
    name: 'terminal-in-cli-only',
    severity: 'error',
    comment: 'a service must not load what only the command needs',
    from: { path: src, pathNot: `${src}cli/` },
    to: { path: '(^|/)(commander|picocolors|@clack/[^/]+)(/|$)' },
  },
  {
    name: 'server-on-demand',
    severity: 'error',
    comment: 'the command works without the server; it imports it dynamically',
    from: { path: `${src}cli/` },
    to: { path: '(^|/)@trimtab/server|^packages/server/', dynamic: false },
  },
  {
    name: 'server-through-public-subpaths',
    severity: 'error',
    comment: 'the server uses the library as everybody does',
    from: { path: '^packages/server/' },
    to: { path: '^packages/trimtab/', dependencyTypes: ['local'] },
  },
  {
    name: 'control-without-http',
    severity: 'error',
    comment: 'what the control plane does knows nothing of HTTP',
    from: { path: '^packages/server/src/control/' },
    to: { path: '^packages/server/src/', pathNot: '^packages/server/src/control/' },
  },
  {
    name: 'no-cycle',
    severity: 'error',
    comment: 'files that import each other are one concept or need a third',
    from: {},
    to: { circular: true },
  },
  {
    name: 'resolves',
    severity: 'error',
    comment: 'an import that leads nowhere is checked by no other rule',
    from: {},
    to: { couldNotResolve: true },
  },
]
