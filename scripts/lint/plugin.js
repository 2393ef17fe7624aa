/** The house rules that no ready-made lint rule covers in one line. Loaded by .oxlintrc.json, which names the exceptions. */

/** A cast is a claim that nobody checks: say why it is true, on the line above it or beside it. */
const castNeedsReason = {
  create(context) {
    const { sourceCode } = context
    let commented
    const check = (node) => {
      commented ??= linesWithComments(sourceCode)
      const statement = enclosingStatement(node)
      const places = [node.loc.start.line, node.loc.end.line, statement.loc.start.line]
      if (places.some((line) => commented.has(line) || commented.has(line - 1))) return
      context.report({ node, message: 'Say in a comment above why this cast is true, or parse the value.' })
    }
    return {
      TSAsExpression(node) {
        const target = node.typeAnnotation
        const isConst = target.type === 'TSTypeReference' && target.typeName.name === 'const'
        if (!isConst && target.type !== 'TSUnknownKeyword') check(node)
      },
      TSTypeAssertion: check,
      TSNonNullExpression: check,
    }
  },
}

/** Entry files name what they export; a wildcard makes the API report blind. */
const noExportAll = {
  create: (context) => ({
    ExportAllDeclaration: (node) => context.report({ node, message: 'List the exports by name.' }),
  }),
}

/** What only some services need is loaded when it is needed; its types are free. The packages are named in .oxlintrc.json. */
const lazyImport = {
  meta: { schema: [{ type: 'array', items: { type: 'string' } }] },
  create(context) {
    const [packages] = context.options
    const check = (node) => {
      const name = node.source?.value
      if (node.importKind === 'type' || node.exportKind === 'type' || name === undefined) return
      if (!packages.some((each) => name === each || name.startsWith(`${each}/`))) return
      context.report({ node, message: `Write \`await import('${name}')\` where it is used, or \`import type\`.` })
    }
    return { ImportDeclaration: check, ExportNamedDeclaration: check }
  },
}

const ambientRule = ({ globals = [], members = [], modules = [], isBare = () => false, message }) => ({
  create(context) {
    const isGlobal = (node) => node.type === 'Identifier' && context.sourceCode.isGlobalReference(node)
    const report = (node) => context.report({ node, message })
    const checkModule = (node) => {
      if (modules.includes(String(node.source?.value).replace(/^node:/, ''))) report(node)
    }
    return {
      Identifier(node) {
        if (globals.includes(node.name) && isGlobal(node)) report(node)
      },
      MemberExpression(node) {
        if (!isGlobal(node.object)) return
        const name = node.computed ? node.property.value : node.property.name
        if (members.includes(`${node.object.name}.${name}`)) report(node)
        if (node.object.name === 'globalThis' && globals.includes(name)) report(node)
      },
      NewExpression(node) {
        if (isBare(node) && isGlobal(node.callee)) report(node)
      },
      ImportDeclaration: checkModule,
      ImportExpression: checkModule,
    }
  },
})

/** Time and chance are given, so that a test can move them by hand. */
const noAmbientClock = ambientRule({
  globals: ['setTimeout', 'setInterval'],
  members: ['Date.now', 'performance.now', 'Math.random', 'AbortSignal.timeout'],
  modules: ['timers', 'timers/promises', 'perf_hooks'],
  isBare: (node) => node.callee.name === 'Date' && node.arguments.length === 0,
  message: 'Use the clock or the random that was given (primitives/clock, primitives/random).',
})

/** Two planes in one process must not meet: the process belongs to whoever starts them. */
const noAmbientProcess = ambientRule({
  globals: ['process'],
  modules: ['process'],
  message: 'Only the files that .oxlintrc.json names touch the process.',
})

function linesWithComments(sourceCode) {
  const lines = new Set()
  for (const { loc } of sourceCode.getAllComments()) {
    for (let line = loc.start.line; line <= loc.end.line; line += 1) lines.add(line)
  }
  return lines
}

function enclosingStatement(node) {
  let statement = node
  while (statement.parent && !/Statement$|Declaration$|^PropertyDefinition$/.test(statement.type)) {
    statement = statement.parent
  }
  return statement
}

export default {
  meta: { name: 'house' },
  rules: {
    'cast-needs-reason': castNeedsReason,
    'lazy-import': lazyImport,
    'no-export-all': noExportAll,
    'no-ambient-clock': noAmbientClock,
    'no-ambient-process': noAmbientProcess,
  },
}
