import { mkdirSync, readdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { atomicWrite } from '../../../../test/support/atomic-writer.ts'
import { shapeFor } from '../../../../test/support/shape-for.ts'
import { tempFolder } from '../../../../test/support/temp-folder.ts'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import { printPath, type Segments } from '../model/path.ts'
import { adopt } from '../model/share.ts'
import { sourceName } from '../model/source-name.ts'
import { cloneJson, type JsonObject } from '../primitives/json.ts'
import { err, ok } from '../primitives/result.ts'
import { printProblem } from '../schema/problem.ts'
import { secret } from '../schema/marks.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createReferences, type ReferenceContext, type Resolved } from './references.ts'
import type { ReferenceAllowList } from './references/allow-list.ts'
import { environmentResolver } from './references/environment-resolver.ts'
import { fileResolver } from './references/file-resolver.ts'
import type { ReferenceResolver } from './references/resolver.ts'

const planted = 'hunter2-planted'

const shape = shapeFor(
  z.object({
    greeting: z.string(),
    port: z.number(),
    verbose: z.boolean(),
    pool: z.object({ max: z.number(), url: secret(z.string()), pin: secret(z.number()) }),
    tls: secret(z.object({ key: z.string(), hosts: z.array(z.string()) })),
    hosts: z.array(z.string()),
    users: z.array(z.object({ name: z.string(), password: secret(z.string()) })),
    routes: z.record(z.string(), z.object({ upstream: z.string(), token: secret(z.string()) })),
    either: z.union([secret(z.string()), z.object({ text: z.string() })]),
    mixed: z.union([z.object({ a: secret(z.string()) }), z.object({ a: z.string() })]),
    anything: z.unknown(),
    hidden: secret(z.unknown()),
  }),
)

const env = {
  NAME: 'app',
  PORT: '8080',
  YES: 'true',
  DB_PASSWORD: planted,
  EMPTY: '',
  NESTED: '${env:DB_PASSWORD}',
  JSON: '{"max":5,"url":"${env:DB_PASSWORD}"}',
  EVIL: '{"__proto__":{"max":5}}',
  AWS_SECRET_ACCESS_KEY: planted,
}

interface Given {
  readonly resolvers?: readonly ReferenceResolver[]
  readonly allow?: ReferenceAllowList
  readonly timeout?: number
}

const clock = createManualClock()
const frozen = (tree: JsonObject) => (Object.isFrozen(tree) ? tree : adopt(cloneJson(tree) as JsonObject))

function references({ resolvers, allow, timeout }: Given = {}) {
  return createReferences({
    resolvers: resolvers ?? [environmentResolver(env), fileResolver({ clock })],
    allow,
    clock,
    timeout,
  })
}

const local: ReferenceContext = {
  shape,
  trustAt: () => 'local',
  origin: (path) => ({
    source: sourceName('file', 'config.yaml'),
    location: { kind: 'file', file: 'config.yaml', line: 3, column: path.length },
  }),
}

const published: ReferenceContext = {
  ...local,
  trustAt: () => 'allow_listed',
  origin: () => ({ source: sourceName('store', 'checkout/production') }),
}

async function resolved(tree: JsonObject, context = local, given?: Given): Promise<Resolved> {
  const result = await references(given).resolve(frozen(tree), context)
  if (!result.ok) throw new Error(result.error.map(printProblem).join('\n'))
  return result.value
}

async function treeOf(tree: JsonObject, context = local, given?: Given): Promise<JsonObject> {
  return (await resolved(tree, context, given)).tree
}

/** What is wrong, as people see it; no planted secret is in it. */
async function problemsOf(tree: JsonObject, context = local, given?: Given): Promise<readonly string[]> {
  const result = await references(given).resolve(frozen(tree), context)
  if (result.ok) throw new Error('expected problems')
  const text = JSON.stringify(result.error) + result.error.map(printProblem).join()
  expect(text).not.toContain('hunter2')
  return result.error.map(printProblem)
}

describe('a reference', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['as the whole text of a string', { greeting: '${env:NAME}' }, { greeting: 'app' }],
    ['as the whole text of a number', { port: '${env:PORT}' }, { port: 8080 }],
    ['as the whole text of a boolean', { verbose: '${env:YES}' }, { verbose: true }],
    ['that looks like a number, in a string', { greeting: '${env:PORT}' }, { greeting: '8080' }],
    ['as the whole text of an object', { pool: '${env:JSON}' }, { pool: { max: 5, url: '${env:DB_PASSWORD}' } }],
    ['with text around it', { greeting: 'hi ${env:NAME}!' }, { greeting: 'hi app!' }],
    ['with text around it, in a number', { port: '1${env:PORT}' }, { port: '18080' }],
    ['beside another', { greeting: '${env:NAME}${env:NAME}:${env:PORT}' }, { greeting: 'appapp:8080' }],
    ['to an empty variable', { greeting: '${env:EMPTY}' }, { greeting: '' }],
    ['in a list', { hosts: ['a', '${env:NAME}'] }, { hosts: ['a', 'app'] }],
    ['in an object in a list', { users: [{ name: '${env:NAME}' }] }, { users: [{ name: 'app' }] }],
    ['in a record', { routes: { '/v1/*': { upstream: '${env:NAME}' } } }, { routes: { '/v1/*': { upstream: 'app' } } }],
    ['below what the schema knows', { anything: { a: ['${env:PORT}'] } }, { anything: { a: ['8080'] } }],
    ['in an unknown field', { unknown: '${env:PORT}' }, { unknown: '8080' }],
  ])('%s is resolved', async (_, written, tree) => {
    expect(await treeOf(written)).toEqual(tree)
  })

  it('is not expanded again', async () => {
    expect(await treeOf({ greeting: '${env:NESTED}', pool: { url: 'x${env:NESTED}' } })).toEqual({
      greeting: '${env:DB_PASSWORD}',
      pool: { url: 'x${env:DB_PASSWORD}' },
    })
  })

  it('is never looked for in a key', async () => {
    const written = frozen({ routes: { '${env:NAME}': { upstream: 'a' } } })
    expect((await resolved(written)).tree).toBe(written)
  })

  it.each([
    ['a password that contains ${x}', 'p${x}w${', 'p${x}w${'],
    ['another scheme', '${vault:x}', '${vault:x}'],
    ['an escaped reference', '$${env:NAME}', '${env:NAME}'],
    ['a price', '$5', '$5'],
  ])('is not seen in %s', async (_, written, text) => {
    const { tree, paths, names } = await resolved({ pool: { url: written } })
    expect(tree).toEqual({ pool: { url: text } })
    expect(paths).toEqual([])
    expect(names).toEqual([])
  })

  it('makes its place a secret, and is listed once to be watched', async () => {
    const { paths, names } = await resolved({
      greeting: 'hi ${env:NAME} and ${env:NAME}',
      hosts: ['a', '${env:PORT}', '$${env:NAME}'],
      pool: '${env:JSON}',
    })
    expect(paths).toEqual([['greeting'], ['hosts', 1], ['pool']])
    expect(names).toEqual([
      { scheme: 'env', name: 'NAME' },
      { scheme: 'env', name: 'PORT' },
      { scheme: 'env', name: 'JSON' },
    ])
  })

  it.each<[string, JsonObject, readonly string[]]>([
    [
      'is not set',
      { pool: { url: 'x${env:MISSING}' } },
      ['config.yaml:3:2: pool.url: ${env:MISSING} is not set. Set the variable "MISSING".'],
    ],
    ['has no name', { greeting: '${env:}' }, ['config.yaml:3:1: greeting: ${env:} is not set. Set the variable "".']],
    [
      'has no closing brace',
      { greeting: `\${env:NAME ${planted}` },
      [
        'config.yaml:3:1: greeting: the reference that begins with ${env: has no closing brace. Close it with }. For a plain ${ write $${.',
      ],
    ],
    [
      'names a file that is missing',
      { greeting: '${file:/missing/x}' },
      ['config.yaml:3:1: greeting: ${file:/missing/x} does not exist. Create the file, or correct its path.'],
    ],
    [
      'gives JSON that no configuration may be',
      { pool: '${env:EVIL}' },
      [
        'config.yaml:3:1: pool: what is referred to cannot be used: a key may not be named __proto__, constructor or prototype. Choose another name.',
      ],
    ],
  ])('that %s is a problem with its place', async (_, written, problems) => {
    expect(await problemsOf(written)).toEqual(problems)
  })

  it('is reported with all others at once', async () => {
    expect(
      await problemsOf({ greeting: '${env:A}', port: '${env:B}', hosts: ['${env:C}', '${env:', '${env:NAME}'] }),
    ).toHaveLength(4)
  })

  it('that fails is named, so that it can be watched until it does not', async () => {
    const missing = { scheme: 'file', name: '/missing/x' }
    const written = { greeting: '${file:/missing/x}', hosts: ['${env:NAME}'] }
    expect(await references().resolve(frozen(written), local)).toMatchObject({
      ok: false,
      names: [missing, { scheme: 'env', name: 'NAME' }],
    })
    const unusable = await references().resolve(frozen({ pool: '${env:EVIL}' }), local)
    expect(unusable).toMatchObject({ ok: false, names: [{ scheme: 'env', name: 'EVIL' }] })
    // What must not be read is not watched either.
    const refused = await references().resolve(frozen({ pool: { url: '${file:/etc/shadow}' } }), published)
    expect(refused).toMatchObject({ ok: false, names: [] })
  })

  it('says which values it gave, as they came, to be kept out of every text', async () => {
    const list = references()
    const result = await list.resolve(
      frozen({ greeting: 'a${env:DB_PASSWORD}b${env:EMPTY}', hosts: ['${env:DB_PASSWORD}', '${env:NAME}'] }),
      local,
    )
    if (!result.ok) throw new Error('expected a result')
    expect(list.secretsOf(result.value)).toEqual([planted, 'app'])
    const plain = await list.resolve(frozen({ greeting: 'a' }), local)
    expect(plain.ok && list.secretsOf(plain.value)).toEqual([])
  })

  it('does not touch the tree it stands in', async () => {
    const written = frozen({ greeting: '${env:NAME}', pool: { url: '${env:DB_PASSWORD}' } })
    const before = JSON.stringify(written)
    const { tree } = await resolved(written)
    expect(JSON.stringify(written)).toBe(before)
    expect(Object.isFrozen(tree)).toBe(true)
    expect(Object.isFrozen(tree['pool'])).toBe(true)
  })
})

describe('what resolving shares', () => {
  it('is the tree itself when nothing refers to anything', async () => {
    const written = frozen({ greeting: 'a ${x} b', pool: { max: 1 }, hosts: ['${other:y}'] })
    expect((await resolved(written)).tree).toBe(written)
  })

  it('is every part without a reference', async () => {
    const written = frozen({
      greeting: '${env:NAME}',
      pool: { max: 1 },
      users: [{ name: 'a' }, { name: '${env:NAME}' }],
    })
    const { tree } = await resolved(written)
    expect(tree['pool']).toBe(written['pool'])
    expect(Array.isArray(tree['users']) && tree['users'][0]).toBe(
      Array.isArray(written['users']) && written['users'][0],
    )
  })

  it('is the result before, where neither the text nor the value has changed', async () => {
    const list = references()
    const first = await list.resolve(frozen({ greeting: '${env:NAME}', pool: { url: 'x${env:DB_PASSWORD}' } }), local)
    if (!first.ok) throw new Error('expected a result')
    const same = await list.resolve(frozen({ greeting: '${env:NAME}', pool: { url: 'x${env:DB_PASSWORD}' } }), {
      ...local,
      previous: first.value,
    })
    expect(same.ok && same.value.tree).toBe(first.value.tree)
    const other = await list.resolve(frozen({ greeting: '${env:PORT}', pool: { url: 'x${env:DB_PASSWORD}' } }), {
      ...local,
      previous: first.value,
    })
    expect(other.ok && other.value.tree['pool']).toBe(first.value.tree['pool'])
    expect(other.ok && other.value.tree).not.toBe(first.value.tree)
  })
})

describe('a value that anybody may publish', () => {
  const allow: ReferenceAllowList = { env: ['DB_*'] }
  const hint = 'For a plain ${ write $${.'

  it('may refer to what is allowed, in a secret field', async () => {
    const written = {
      pool: { url: 'postgres://app:${env:DB_PASSWORD}@db' },
      tls: { key: '${env:DB_PASSWORD}', hosts: ['${env:DB_PASSWORD}'] },
      users: [{ password: '${env:DB_PASSWORD}' }],
      routes: { '/v1/*': { token: '${env:DB_PASSWORD}' } },
      hidden: { anywhere: ['${env:DB_PASSWORD}'] },
    }
    expect(await treeOf(written, published, { allow })).toEqual(
      JSON.parse(JSON.stringify(written).replaceAll('${env:DB_PASSWORD}', planted)),
    )
  })

  it.each([
    '${env:AWS_SECRET_ACCESS_KEY}',
    '${env:HOME}',
    '${file:/etc/shadow}',
    '${file:/proc/self/environ}',
    '${env:XDB_PASSWORD}',
  ])('may not say %s', async (text) => {
    for (const given of [{ allow }, { allow: { ...allow, files: ['/run/secrets/'] } }, {}]) {
      const problems = await problemsOf({ pool: { url: `a${text}` } }, published, given)
      expect(problems).toEqual([
        `store:checkout/production: pool.url: ${text} is not in the allow-list. Who may publish a value may only refer to what the code allows: add the name to the \`references\` option, or set the value in a local source.`,
      ])
    }
  })

  it.each<[string, JsonObject, string]>([
    ['a plain field', { greeting: '${env:DB_PASSWORD}' }, 'greeting'],
    ['text in a plain field', { greeting: 'x${env:DB_PASSWORD}' }, 'greeting'],
    ['a field beside a secret one', { users: [{ name: '${env:DB_PASSWORD}' }] }, 'users[0].name'],
    ['a list', { hosts: ['${env:DB_PASSWORD}'] }, 'hosts[0]'],
    ['an object with a secret in it', { pool: '${env:DB_PASSWORD}' }, 'pool'],
    ['an unknown field', { unknown: '${env:DB_PASSWORD}' }, 'unknown'],
    ['an unknown field in a section', { pool: { unknown: '${env:DB_PASSWORD}' } }, 'pool.unknown'],
    ['a field that only some option makes a secret', { mixed: { a: '${env:DB_PASSWORD}' } }, 'mixed.a'],
    ['a place that may be another kind of value', { either: '${env:DB_PASSWORD}' }, 'either'],
    ['what the schema does not describe', { anything: { a: '${env:DB_PASSWORD}' } }, 'anything.a'],
  ])('may not refer to anything in %s', async (_, written, path) => {
    expect(await problemsOf(written, published, { allow })).toEqual([
      `store:checkout/production: ${path}: \${env:DB_PASSWORD} is refused, because the field is not marked secret. Mark the field with secret() if it is one, or set the value in a local source. ${hint}`,
    ])
  })

  it('is not asked about by any resolver when it is refused', async () => {
    const asked: string[] = []
    const spy: ReferenceResolver = {
      scheme: 'env',
      resolve: async (name) => {
        asked.push(name)
        return ok(planted)
      },
    }
    await problemsOf({ greeting: '${env:DB_PASSWORD}', pool: { url: '${env:AWS_SECRET_ACCESS_KEY}' } }, published, {
      allow,
      resolvers: [spy],
    })
    expect(asked).toEqual([])
  })

  it('counts by the layer that set it, place by place', async () => {
    const context: ReferenceContext = {
      ...local,
      trustAt: (path: Segments) => (printPath(path).startsWith('users') ? 'allow_listed' : 'local'),
    }
    expect(await treeOf({ greeting: '${env:DB_PASSWORD}' }, context)).toEqual({ greeting: planted })
    // The layer that set the list has set everything in it.
    expect(
      await problemsOf({ greeting: '${env:NAME}', users: [{ password: '${env:DB_PASSWORD}' }] }, context),
    ).toHaveLength(1)
  })

  it('may not use what a local value beside it reads', async () => {
    const context: ReferenceContext = {
      ...local,
      trustAt: (path: Segments) => (path[0] === 'users' ? 'allow_listed' : 'local'),
    }
    const users = [{ password: '${env:AWS_SECRET_ACCESS_KEY}' }]
    for (const written of [
      { greeting: '${env:AWS_SECRET_ACCESS_KEY}', users },
      { users, greeting: '${env:AWS_SECRET_ACCESS_KEY}' },
    ]) {
      const problems = await problemsOf(written, context, { allow })
      expect(problems).toHaveLength(1)
      expect(problems[0]).toContain('users[0].password: ${env:AWS_SECRET_ACCESS_KEY} is not in the allow-list')
    }
  })

  it('may not use what a local value has read before', async () => {
    const list = references({ allow })
    const first = await list.resolve(frozen({ pool: { url: '${env:AWS_SECRET_ACCESS_KEY}' } }), local)
    if (!first.ok) throw new Error('expected a result')
    const second = await list.resolve(frozen({ pool: { url: '${env:AWS_SECRET_ACCESS_KEY}' } }), {
      ...published,
      previous: first.value,
    })
    expect(second).toMatchObject({ ok: false, error: [{ code: 'reference_refused' }] })
  })

  it('may refer to files in allowed folders only, by their real path', async () => {
    const root = tempFolder()
    const secrets = join(root, 'secrets')
    mkdirSync(secrets)
    mkdirSync(join(root, 'secrets-evil'))
    writeFileSync(join(secrets, 'x'), `${planted}\n`)
    writeFileSync(join(root, 'secrets-evil', 'x'), planted)
    symlinkSync('/etc/passwd', join(secrets, 'escape'))
    const given = { allow: { files: [`${secrets}/`] } }
    const write = (path: string) => ({ pool: { url: `\${file:${path}}` } })
    expect(await treeOf(write(`${secrets}/x`), published, given)).toEqual({ pool: { url: planted } })
    for (const path of [
      `${root}/secrets-evil/x`,
      `${secrets}/../secrets-evil/x`,
      `${secrets}/escape`,
      'secrets/x',
      secrets,
    ]) {
      const problems = await problemsOf(write(path), published, given)
      expect(problems[0], path).toMatch(/is not in the allow-list|is not a regular file/)
    }
    expect(await treeOf({ greeting: `\${file:${root}/secrets-evil/x}` }, local, given)).toEqual({ greeting: planted })
  })

  it('may refer to another scheme as far as its names are allowed', async () => {
    const vault: ReferenceResolver = { scheme: 'vault', resolve: async (name) => ok(`value of ${name}`) }
    const given: Given = { resolvers: [vault], allow: { others: { vault: ['kv/checkout/*'] } } }
    const written = { pool: { url: '${vault:kv/checkout/db}' } }
    expect(await treeOf(written, published, given)).toEqual({ pool: { url: 'value of kv/checkout/db' } })
    expect(await problemsOf({ pool: { url: '${vault:kv/other/db}' } }, published, given)).toHaveLength(1)
    expect(await problemsOf(written, published, { resolvers: [vault] })).toHaveLength(1)
  })
})

describe('a resolver', () => {
  function scripted(...answers: readonly (() => unknown)[]) {
    const script = [...answers]
    let calls = 0
    const resolver: ReferenceResolver = {
      scheme: 'vault',
      // What somebody's code really gives may be anything.
      resolve: (async () => {
        calls += 1
        return (script.length > 1 ? script.shift() : script[0])?.()
      }) as ReferenceResolver['resolve'],
    }
    return { resolver, calls: () => calls }
  }
  const written = { greeting: '${vault:a}' }

  it('is asked once for each name, for all at the same time', async () => {
    const waiting: (() => void)[] = []
    const names: string[] = []
    const resolver: ReferenceResolver = {
      scheme: 'vault',
      resolve: (name) => {
        names.push(name)
        return new Promise((resolve) => waiting.push(() => resolve(ok(name))))
      },
    }
    const result = treeOf({ greeting: '${vault:a}${vault:b}', hosts: ['${vault:a}', '${vault:c}'] }, local, {
      resolvers: [resolver],
    })
    await clock.advance(0)
    expect(names).toEqual(['a', 'b', 'c'])
    for (const release of waiting) release()
    expect(await result).toEqual({ greeting: 'ab', hosts: ['a', 'c'] })
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error(planted)
      },
    ],
    [
      'throws null',
      () => {
        throw null
      },
    ],
    ['gives nothing', () => undefined],
    ['gives a bare text', () => planted],
    ['gives a value that is no text', () => ({ ok: true, value: { planted } })],
    ['gives an error without words', () => ({ ok: false })],
    ['gives null', () => null],
  ])('that %s gives a problem and shows nothing', async (_, answer) => {
    const problems = await problemsOf(written, local, { resolvers: [scripted(answer).resolver] })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain('config.yaml:3:1: greeting: ${vault:a} ')
  })

  it('that hangs is given up at its deadline', async () => {
    let seen: AbortSignal | undefined
    const resolver: ReferenceResolver = {
      scheme: 'vault',
      resolve: (_, { signal }) => {
        seen = signal
        return new Promise(() => {})
      },
    }
    const problems = problemsOf(written, local, { resolvers: [resolver], timeout: 2_000 })
    await clock.advance(1_999)
    expect(seen?.aborted).toBe(false)
    await clock.advance(1)
    expect(await problems).toEqual(['config.yaml:3:1: greeting: ${vault:a} gave no answer within 2000 ms'])
    expect(seen?.aborted).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('that fails after it has succeeded leaves the value it gave, with a warning', async () => {
    const { resolver } = scripted(
      () => ok(planted),
      () => err({ kind: 'failed', message: 'could not be reached', hint: 'Look at Vault.' }),
      () => err({ kind: 'unset', message: 'is gone' }),
      () => ok('new'),
    )
    const list = references({ resolvers: [resolver] })
    let previous: Resolved | undefined
    const next = async () => {
      const result = await list.resolve(frozen(written), { ...local, previous })
      if (!result.ok) throw new Error('expected a result')
      previous = result.value
      expect(JSON.stringify(previous.warnings)).not.toContain(planted)
      return previous
    }
    const first = await next()
    expect(first.warnings).toEqual([])
    const second = await next()
    expect(second.tree).toBe(first.tree)
    expect(second.warnings.map(printProblem)).toEqual([
      'config.yaml:3:1: greeting: ${vault:a} could not be reached; the value it had before is kept. Look at Vault.',
    ])
    expect(second.warnings[0]?.severity).toBe('warning')
    const third = await next()
    expect(third.tree).toBe(first.tree)
    expect(third.warnings).toHaveLength(1)
    expect(await next()).toMatchObject({ tree: { greeting: 'new' }, warnings: [] })
  })

  it('that refuses what it gave before is obeyed', async () => {
    const { resolver } = scripted(
      () => ok(planted),
      () => err({ kind: 'refused', message: 'is forbidden' }),
    )
    const list = references({ resolvers: [resolver] })
    const first = await list.resolve(frozen(written), local)
    if (!first.ok) throw new Error('expected a result')
    const second = await list.resolve(frozen(written), { ...local, previous: first.value })
    expect(second).toMatchObject({ ok: false, error: [{ code: 'reference_refused' }] })
  })

  it('is left alone when the caller goes away', async () => {
    const controller = new AbortController()
    const { resolver } = scripted(() => new Promise(() => {}))
    const result = references({ resolvers: [resolver] }).resolve(frozen(written), {
      ...local,
      signal: controller.signal,
    })
    await clock.advance(0)
    controller.abort(new Error('enough'))
    await expect(result).rejects.toThrow('enough')
    expect(clock.pending).toBe(0)
  })
})

describe('a rotated file', () => {
  it('changes its users and nothing else', async () => {
    const volume = tempFolder()
    atomicWrite(volume, 'one', { password: `${planted}\n`, token: 'token\n' })
    const written = frozen({
      greeting: 'hi',
      pool: { max: 1, url: `postgres://app:\${file:${volume}/password}@db` },
      tls: { key: `\${file:${volume}/token}`, hosts: ['a'] },
      hosts: ['a'],
    })
    const list = references()
    const first = await list.resolve(written, local)
    if (!first.ok) throw new Error('expected a result')
    atomicWrite(volume, 'two', { password: 'rotated\n', token: 'token\n' })
    const second = await list.resolve(written, { ...local, previous: first.value })
    if (!second.ok) throw new Error('expected a result')
    expect(second.value.tree['pool']).toEqual({ max: 1, url: 'postgres://app:rotated@db' })
    for (const key of ['tls', 'hosts']) expect(second.value.tree[key], key).toBe(first.value.tree[key])
    expect(second.value.names).toEqual(first.value.names)
  })

  it('keeps its last value while it is away, and between the two halves of a rotation', async () => {
    const volume = tempFolder()
    atomicWrite(volume, 'one', { password: planted })
    const written = frozen({ pool: { url: `\${file:${volume}/password}` } })
    const list = references({ allow: { files: [volume] } })
    const first = await list.resolve(written, published)
    if (!first.ok) throw new Error('expected a result')
    for (const name of readdirSync(volume)) if (name === '..data') unlinkSync(join(volume, name))
    const second = await list.resolve(written, { ...published, previous: first.value })
    expect(second.ok && second.value.tree).toBe(first.value.tree)
    expect(second.ok && second.value.warnings).toMatchObject([{ code: 'reference_unset', severity: 'warning' }])
  })
})

describe('createReferences', () => {
  const resolver = environmentResolver({})

  it.each<[string, Given]>([
    ['two resolvers of one scheme', { resolvers: [resolver, resolver] }],
    ['a scheme that cannot be written', { resolvers: [{ ...resolver, scheme: 'A b' }] }],
    ['no time', { timeout: 0 }],
    ['endless time', { timeout: Number.POSITIVE_INFINITY }],
    ['an allow-list that admits everything', { allow: { env: ['*'] } }],
  ])('throws for %s', (_, given) => {
    expect(() => references(given)).toThrow(expect.toSatisfy((error) => isTrimtabError(error, 'option_invalid')))
  })
})
