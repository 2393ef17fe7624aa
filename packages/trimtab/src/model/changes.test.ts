import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createChanges } from './changes.ts'
import { diffTrees } from './diff.ts'
import { createRedaction } from './secrecy/redaction.ts'
import { Secret } from './secrecy/secret.ts'

const of = (previous: unknown, next: unknown) => createChanges(diffTrees(previous, next))

const written = { url: '${env:URL}', pool: { password: '${file:/run/password}' } }
const redaction = createRedaction({
  previousWritten: written,
  nextWritten: written,
  key: new Uint8Array([1]),
  isReference: (text) => text.includes('${'),
})

describe('changes', () => {
  it('are iterated with typed values', () => {
    const changes = of({ pool: { max: 10 }, gone: 1 }, { pool: { max: 20 } })
    expect(changes.size).toBe(2)
    expect(changes.isEmpty).toBe(false)
    expect([...changes]).toEqual([
      { kind: 'removed', path: 'gone', previous: 1 },
      { kind: 'modified', path: 'pool.max', previous: 10, next: 20 },
    ])
    expect([...of({}, {})]).toEqual([])
    expect(of({}, {}).isEmpty).toBe(true)
  })

  it('cannot be altered by who gets them', () => {
    const changes = of({ a: 1 }, { a: 2 })
    expect(Object.isFrozen(changes) && [...changes].every(Object.isFrozen)).toBe(true)
  })

  describe('has', () => {
    const changes = of(
      { dbx: 1, pool: { max: 1, idle: 1 }, gone: { deep: 1 }, hosts: [{ name: 'a', port: 1 }] },
      { dbx: 2, pool: { max: 2, idle: 1 }, blue: { url: 'x' }, hosts: [{ name: 'b', port: 1 }] },
    )

    it.each([
      'dbx',
      'pool',
      'pool.max',
      '',
      'gone',
      'gone.deep',
      'blue',
      'blue.url',
      'hosts',
      'hosts[0]',
      'hosts[0].name',
    ])('is true of %j, where something differs', (path) => expect(changes.has(path)).toBe(true))

    it.each([
      'db',
      'pool.idle',
      'pool.maximum',
      'gone.other',
      'blue.timeout',
      'hosts[0].port',
      'hosts[1]',
      'other',
      'blue.constructor',
    ])('is false of %j, where nothing does', (path) => expect(changes.has(path)).toBe(false))

    it('refuses what is no path', () => {
      expect(() => changes.has('a..b')).toThrow('cannot be read')
    })
  })

  describe('under', () => {
    it('gives those at and below a place, by key and not by letters', () => {
      const changes = of({ db: { a: 1, b: 1 }, dbx: 1 }, { db: { a: 2, b: 2 }, dbx: 2 })
      expect([...changes.under('db')].map(({ path }) => path)).toEqual(['db.a', 'db.b'])
      expect(changes.under('db').under('db.a').size).toBe(1)
      expect(changes.under('d').isEmpty).toBe(true)
      expect([...changes.under('')]).toHaveLength(3)
    })

    it('gives the part of an object that came or went as a whole', () => {
      const changes = of({ gone: { a: 1 } }, { upstreams: { blue: { url: 'x' } } })
      expect([...changes.under('upstreams.blue')]).toEqual([
        { kind: 'added', path: 'upstreams.blue', next: { url: 'x' } },
      ])
      expect([...changes.under('gone.a')]).toEqual([{ kind: 'removed', path: 'gone.a', previous: 1 }])
      expect(changes.under('upstreams.green').isEmpty).toBe(true)
      expect([...of({ a: 1 }, { a: { b: 1 } }).under('a.b')]).toEqual([{ kind: 'added', path: 'a.b', next: 1 }])
    })

    it('keeps the redaction', () => {
      const changes = createChanges(
        diffTrees({ pool: { url: new Secret('a') } }, { pool: { url: new Secret('b') } }),
        redaction,
      )
      expect(changes.under('pool').summary()).toEqual([changes.summary()[0]])
    })
  })

  describe('summary', () => {
    it('says what changed in a line each', () => {
      const changes = of(
        { name: 'a', pool: { max: 10 }, x: 1, list: [1], was: {} },
        { name: 'b', pool: { max: 20 }, upstreams: { blue: {} }, burst: 5, list: [1, 2], was: null },
      )
      expect(changes.summary()).toEqual([
        '+ burst: 5',
        'list: [1] → [1,2]',
        'name: "a" → "b"',
        'pool.max: 10 → 20',
        '+ upstreams',
        'was: {} → null',
        '- x',
      ])
    })

    it('shows a changed secret as changed', () => {
      const changes = createChanges(diffTrees({ token: new Secret('a') }, { token: new Secret('b') }), redaction)
      expect(changes.summary()[0]).toMatch(/^token: \[secret [0-9a-f]{6}\] → \[secret [0-9a-f]{6}\]$/)
      const added = createChanges(diffTrees({}, { token: new Secret('a') }), redaction)
      expect(added.summary()[0]).toMatch(/^\+ token: \[secret [0-9a-f]{6}\]$/)
      expect(of({ token: new Secret('a') }, { token: new Secret('b') }).summary()).toEqual([
        'token: [secret] → [secret]',
      ])
    })

    it('shows that what a reference leads to has changed', () => {
      const changes = createChanges(
        diffTrees(
          { url: 'hunter2', pool: { password: new Secret('a') } },
          { url: 'hunter3', pool: { password: new Secret('b') } },
        ),
        redaction,
      )
      const [password, url] = changes.summary()
      expect(password).toMatch(/^pool\.password: "\$\{file:\/run\/password\}" \([0-9a-f]{6} → [0-9a-f]{6}\)$/)
      expect(url).toMatch(/^url: "\$\{env:URL\}" \([0-9a-f]{6} → [0-9a-f]{6}\)$/)
    })

    it('is short, and harmless to a terminal', () => {
      const [line = ''] = of({ a: '' }, { a: `\u001B[2J\u009B2J\u202E\u2028\n${'x'.repeat(10_000)}` }).summary()
      expect(line.length).toBeLessThan(300)
      expect(line).toContain(String.raw`"" → "\u001b[2J\u009b2J\u202e\u2028\nxxx`)
      expect(line.endsWith('x…')).toBe(true)
    })
  })

  describe('printed in any way', () => {
    const secrets = ['hunter2', 'hunter3', 'hunter4']
    const changes = createChanges(
      diffTrees(
        { url: 'hunter2', list: [new Secret('hunter3')], gone: { token: new Secret('hunter4') } },
        { url: 'hunter3', list: [new Secret('hunter4')], come: { token: new Secret('hunter2') } },
      ),
      redaction,
    )

    it.each<[string, () => string]>([
      ['JSON', () => JSON.stringify(changes)],
      ['inspect', () => inspect(changes, { depth: 20, showHidden: false })],
      ['a summary', () => changes.summary().join('\n')],
      [
        'text',
        () => [...changes].map((change) => changes.show(change, 'previous') + changes.show(change, 'next')).join(),
      ],
      ['JSON of the single ones', () => JSON.stringify([...changes])],
      ['inspect of the single ones', () => inspect([...changes], { depth: 20 })],
    ])('hold no secret: %s', (_, print) => {
      const printed = print()
      for (const secret of secrets) expect(printed).not.toContain(secret)
    })

    it('say the kind, the place and what may be shown', () => {
      expect(JSON.parse(JSON.stringify(of({ a: 1, b: 1 }, { a: new Secret(1), c: {} })))).toEqual([
        { kind: 'modified', path: 'a', previous: 1, next: '[secret]' },
        { kind: 'removed', path: 'b', previous: 1 },
        { kind: 'added', path: 'c', next: {} },
      ])
    })

    it('keep the values for whoever reads them', () => {
      const url = [...changes].find(({ path }) => path === 'url')
      expect(url).toEqual({ kind: 'modified', path: 'url', previous: 'hunter2', next: 'hunter3' })
    })
  })

  it('are shown one side at a time', () => {
    const changes = of({ a: 1 }, { a: 2, b: 'x' })
    const sides = [...changes].map((change) => [changes.show(change, 'previous'), changes.show(change, 'next')])
    expect(sides).toEqual([
      ['1', '2'],
      ['nothing', '"x"'],
    ])
  })
})
