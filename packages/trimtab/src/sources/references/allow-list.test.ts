import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { isTrimtabError } from '../../errors/trimtab-error.ts'
import { createAllowList, type ReferenceAllowList } from './allow-list.ts'

async function kindOf(allowed: ReferenceAllowList | undefined, scheme: string, name: string) {
  const result = await createAllowList(allowed).check({ scheme, name })
  return result.ok ? result.value : result.error.kind
}

describe('an allow-list of names', () => {
  it.each<[string, string, boolean]>([
    ['DB_*', 'DB_PASSWORD', true],
    ['DB_*', 'DB_', true],
    ['DB_*', 'DB', false],
    ['DB_*', 'XDB_PASSWORD', false],
    ['DB_*', 'db_password', false],
    ['DB_*', 'AWS_SECRET_ACCESS_KEY', false],
    ['*_TOKEN', 'API_TOKEN', true],
    ['*_TOKEN', 'API_TOKENS', false],
    ['A*B*C', 'AxxBxxC', true],
    ['A*B*C', 'ABC', true],
    ['A*B*C', 'ACB', false],
    // The pieces must not share characters.
    ['AB*BC', 'ABC', false],
    ['DB_PASSWORD', 'DB_PASSWORD', true],
    ['DB_PASSWORD', 'DB_PASSWORD2', false],
    // Nothing but the star means anything.
    ['DB.', 'DBX', false],
    ['DB_?', 'DB_X', false],
    ['[A-Z]*', 'B', false],
  ])('%s, asked for %s, says %s', async (glob, name, expected) => {
    expect(await kindOf({ env: [glob] }, 'env', name)).toBe(expected ? name : 'refused')
    expect(await kindOf({ others: { vault: [glob] } }, 'vault', name)).toBe(expected ? name : 'refused')
  })

  it('admits nothing when it is empty, and for each scheme its own', async () => {
    expect(await kindOf(undefined, 'env', 'HOME')).toBe('refused')
    expect(await kindOf({}, 'file', '/etc/hostname')).toBe('refused')
    expect(await kindOf({ env: ['A'] }, 'vault', 'A')).toBe('refused')
    expect(await kindOf({ others: { vault: ['A'] } }, 'env', 'A')).toBe('refused')
    expect(await kindOf({ env: ['A'] }, 'constructor', 'A')).toBe('refused')
  })

  it('compares without going back, however many stars there are', async () => {
    const glob = `${'a*'.repeat(2_000)}b`
    expect(await kindOf({ env: [glob] }, 'env', 'a'.repeat(50_000))).toBe('refused')
  })
})

describe('an allow-list of files', () => {
  function machine() {
    const root = tempFolder()
    const secrets = join(root, 'secrets')
    for (const folder of ['secrets', 'secrets-evil', 'secrets/..2026', 'elsewhere']) mkdirSync(join(root, folder))
    writeFileSync(join(secrets, 'password'), 'x')
    writeFileSync(join(root, 'secrets-evil', 'password'), 'x')
    writeFileSync(join(root, 'shadow'), 'x')
    writeFileSync(join(secrets, '..2026', 'token'), 'x')
    symlinkSync('..2026', join(secrets, '..data'))
    symlinkSync(join('..data', 'token'), join(secrets, 'token'))
    symlinkSync(join(root, 'shadow'), join(secrets, 'escape'))
    symlinkSync(root, join(secrets, 'up'))
    symlinkSync(secrets, join(root, 'elsewhere', 'in'))
    return { root, secrets }
  }

  it('gives the real path of a file in a listed folder, also through the links of Kubernetes', async () => {
    const { secrets } = machine()
    for (const files of [[secrets], [`${secrets}/`]]) {
      expect(await kindOf({ files }, 'file', join(secrets, 'password'))).toBe(join(secrets, 'password'))
      expect(await kindOf({ files }, 'file', join(secrets, 'token'))).toBe(join(secrets, '..2026', 'token'))
    }
  })

  it('takes a single file as an entry, and only that', async () => {
    const { secrets } = machine()
    const files = [join(secrets, 'password')]
    expect(await kindOf({ files }, 'file', join(secrets, 'password'))).toBe(join(secrets, 'password'))
    expect(await kindOf({ files }, 'file', join(secrets, 'token'))).toBe('refused')
    expect(await kindOf({ files }, 'file', `${join(secrets, 'password')}2`)).toBe('refused')
  })

  it('follows a listed folder that is itself a link', async () => {
    const { root, secrets } = machine()
    const files = [join(root, 'elsewhere', 'in')]
    expect(await kindOf({ files }, 'file', join(root, 'elsewhere', 'in', 'password'))).toBe(join(secrets, 'password'))
    expect(await kindOf({ files }, 'file', join(root, 'elsewhere', 'in', 'escape'))).toBe('refused')
  })

  it.each([
    ['a folder whose name begins the same', 'secrets-evil/password'],
    ['two dots', 'secrets/../shadow'],
    ['two dots inside', 'secrets/..2026/../../shadow'],
    ['two dots that only lead out', 'secrets/../../../../../../etc/shadow'],
    ['a link to a file outside', 'secrets/escape'],
    ['a link to a folder outside', 'secrets/up/shadow'],
    ['two dots behind a link', 'secrets/up/../shadow'],
    ['a file beside it', 'shadow'],
    ['the folder above', ''],
  ])('refuses %s', async (_, name) => {
    const { root, secrets } = machine()
    expect(await kindOf({ files: [secrets] }, 'file', `${root}/${name}`)).toBe('refused')
  })

  it.each([
    'secrets/password',
    './secrets/password',
    '',
    'file:///etc/shadow',
    '/etc/shadow',
    '/proc/self/environ',
    '\0',
  ])('refuses %j', async (name) => {
    const { secrets } = machine()
    expect(await kindOf({ files: [secrets] }, 'file', name)).toBe('refused')
  })

  it('does not tell what exists outside of the listed folders', async () => {
    const { root, secrets } = machine()
    const list = createAllowList({ files: [secrets] })
    const there = await list.check({ scheme: 'file', name: join(root, 'shadow') })
    const missing = await list.check({ scheme: 'file', name: join(root, 'missing') })
    expect(missing).toEqual(there)
    const behindLink = await list.check({ scheme: 'file', name: join(secrets, 'up', 'shadow') })
    const missingBehindLink = await list.check({ scheme: 'file', name: join(secrets, 'up', 'missing', 'too') })
    expect(behindLink).toEqual(there)
    expect(missingBehindLink).toEqual(there)
  })

  it('says of a file that is missing in a listed folder that it does not exist', async () => {
    const { secrets } = machine()
    expect(await kindOf({ files: [secrets] }, 'file', join(secrets, 'missing'))).toBe('unset')
    expect(await kindOf({ files: [secrets] }, 'file', join(secrets, 'password', 'below'))).toBe('unset')
  })

  it('lets a listed folder appear later', async () => {
    const { root } = machine()
    const list = createAllowList({ files: [join(root, 'later')] })
    mkdirSync(join(root, 'later'))
    writeFileSync(join(root, 'later', 'x'), 'x')
    expect(await list.check({ scheme: 'file', name: join(root, 'later', 'x') })).toMatchObject({ ok: true })
  })
})

describe('createAllowList', () => {
  it.each<[string, unknown]>([
    ['no list', { env: 'DB_*' }],
    ['a misspelt name', { envs: ['DB_*'] }],
    ['a list alone', ['DB_*']],
    ['null', null],
    ['a list of others', { others: ['a'] }],
    ['a text for another scheme', { others: { vault: 'kv' } }],
    ['a text of files', { files: '/run/secrets' }],
    ['a bare star', { env: ['*'] }],
    ['several stars', { env: ['**'] }],
    ['an empty name', { env: [''] }],
    ['no text', { env: [1] }],
    ['a bare star for another scheme', { others: { vault: ['*'] } }],
    ['the environment among the others', { others: { env: ['A'] } }],
    ['files among the others', { others: { file: ['/a'] } }],
    ['the root', { files: ['/'] }],
    ['the root in disguise', { files: ['/run/..'] }],
    ['the root doubled', { files: ['//'] }],
    ['a relative folder', { files: ['run/secrets'] }],
    ['no folder', { files: [''] }],
  ])('throws for %s instead of guessing', (_, allowed) => {
    // Whatever a program without types may give.
    const create = () => createAllowList(allowed as ReferenceAllowList)
    expect(create).toThrow(expect.toSatisfy((error) => isTrimtabError(error, 'option_invalid')))
  })
})
