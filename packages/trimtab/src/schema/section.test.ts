import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import type { DeepReadonly } from '../model/deep-readonly.ts'
import type { Secret } from '../model/secrecy/secret.ts'
import { type ConfigDefinition, type ConfigOf, defineConfig } from './define-config.ts'
import { dynamic, perTenant, secret } from './marks.ts'
import type { PathsOf, Section, ValueAt } from './section.ts'
import { bytes, duration } from './units.ts'

const config = defineConfig(
  z.object({
    pool: dynamic(
      z.object({
        max: z.number().int().default(10),
        idle: duration().default('30s'),
        url: secret(z.string()),
        token: secret(z.string()).optional(),
      }),
    ),
    limits: perTenant(z.object({ rate: z.number().default(100), body: bytes().default('1MiB') })),
    upstreams: z.record(z.string(), z.object({ url: z.url(), weight: z.number().optional() })),
    tls: z.object({ cert: z.string() }).optional(),
    mode: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('file'), path: z.string() }),
      z.object({ kind: z.literal('memory'), size: z.number() }),
    ]),
    tags: z.array(z.object({ name: z.string() })),
    login: secret(z.object({ user: z.string() })),
  }),
)
type Config = ConfigOf<typeof config>

describe('section', () => {
  it('is the path and the shape of a part', () => {
    const pool = config.section('pool')
    expect(pool.path).toEqual(['pool'])
    expect(pool.shape).toBe(config.shape.fields.get('pool'))
    expect(Object.isFrozen(pool)).toBe(true)
    expect(config.section('upstreams').shape.kind).toBe('record')
    expect(config.section('upstreams["a.b"].url')).toMatchObject({ path: ['upstreams', 'a.b', 'url'] })
    expect(config.section('mode').shape.kind).toBe('union')
    expect(config.section('mode.kind').shape).toMatchObject({ kind: 'union', expected: '"file" or "memory"' })
    expect(config.section('mode.size').shape.expected).toBe('a number')
    expect(config.section('mode.kind').shape.fromText('file')).toBe('file')
  })

  it.each([
    ['pol', 'Did you mean pool?'],
    ['pool.mx', 'Did you mean pool.max?'],
    ['upstream', 'Did you mean upstreams?'],
    ['something.else.entirely', 'Known here: pool, limits'],
    ['pool.somethingElseEntirely', 'Known in pool: max'],
    ['tags[0]', ''],
    ['', ''],
  ])('refuses %j', (path, hint) => {
    // @ts-expect-error a path that the schema does not have
    const section = () => config.section(path)
    if (path === '' || path === 'tags[0]') return
    expect(section).toThrow(expect.toSatisfy((error) => isTrimtabError(error, 'option_invalid')))
    expect(section).toThrow(hint)
  })
})

describe('types', () => {
  it('are inferred end to end', () => {
    expectTypeOf<Config['pool']['max']>().toEqualTypeOf<number>()
    expectTypeOf<Config['pool']['idle']>().toEqualTypeOf<number>()
    expectTypeOf<Config['limits']['body']>().toEqualTypeOf<number>()
    expectTypeOf<Config['pool']['url']>().toEqualTypeOf<Secret>()
    expectTypeOf<Config['pool']['token']>().toEqualTypeOf<Secret | undefined>()
    expectTypeOf<Config['login']>().toEqualTypeOf<Secret<{ user: string }>>()
    expectTypeOf<Config['tls']>().toEqualTypeOf<{ readonly cert: string } | undefined>()
    expectTypeOf<Config['upstreams'][string]>().toEqualTypeOf<{
      readonly url: string
      readonly weight?: number | undefined
    }>()
    expectTypeOf<Config['tags']>().toEqualTypeOf<readonly { readonly name: string }[]>()
    expectTypeOf<Extract<Config['mode'], { kind: 'memory' }>['size']>().toEqualTypeOf<number>()
  })

  it('do not let a reader change anything', () => {
    const change = (read: Config) => {
      // @ts-expect-error read-only
      read.pool.max = 1
      // @ts-expect-error read-only
      read.tags.push({ name: 'x' })
      // @ts-expect-error read-only
      delete read.upstreams['x']
    }
    expect(change).toBeTypeOf('function')
  })

  it('of a section are those of the part', () => {
    const of = <T>(section: Section<T>) => expectTypeOf<T>(section.value as T)
    of(config.section('pool')).toEqualTypeOf<Config['pool']>()
    of(config.section('pool.max')).toEqualTypeOf<number>()
    of(config.section('upstreams')).toEqualTypeOf<Config['upstreams']>()
    of(config.section('upstreams["main"]')).toEqualTypeOf<Config['upstreams'][string] | undefined>()
    of(config.section('upstreams["main"].url')).toEqualTypeOf<string | undefined>()
    of(config.section('tls')).toEqualTypeOf<Config['tls']>()
    of(config.section('tls.cert')).toEqualTypeOf<string | undefined>()
    of(config.section('mode.kind')).toEqualTypeOf<'file' | 'memory'>()
    of(config.section('mode.size')).toEqualTypeOf<number | undefined>()
    of(config.section('tags')).toEqualTypeOf<Config['tags']>()
  })

  it('do not let an unknown path compile', () => {
    const ask = () => {
      // @ts-expect-error unknown
      config.section('pol')
      // @ts-expect-error unknown
      config.section('pool.mx')
      // @ts-expect-error a secret tells nothing
      config.section('login.user')
      // @ts-expect-error unknown in a record's values
      config.section('upstreams["x"].nope')
      // @ts-expect-error a list changes as a whole
      config.section('tags[0]')
    }
    expect(ask).toBeTypeOf('function')
    expectTypeOf<'tls.cert' | 'mode.path' | 'pool' | 'limits.body'>().toExtend<
      PathsOf<z.output<typeof config.schema>>
    >()
  })

  it('of a definition fit where any definition is asked for', () => {
    const any: ConfigDefinition = config
    expect(any).toBe(config)
    const read = <S extends typeof config.schema>(definition: ConfigDefinition<S>) => definition.shape
    expect(read(config)).toBe(config.shape)
  })

  it('of marks and units are those of the schema', () => {
    expectTypeOf(dynamic(z.string())).toEqualTypeOf<z.ZodString>()
    expectTypeOf<z.output<ReturnType<typeof secret<z.ZodString>>>>().toEqualTypeOf<Secret>()
    expectTypeOf<z.input<ReturnType<typeof secret<z.ZodString>>>>().toEqualTypeOf<string>()
    const optional = secret(z.string().optional())
    expectTypeOf<z.output<typeof optional>>().toEqualTypeOf<Secret | undefined>()
    const idle = duration().default('30s')
    expectTypeOf<z.output<typeof idle>>().toEqualTypeOf<number>()
    expectTypeOf<z.input<typeof idle>>().toEqualTypeOf<string | number | undefined>()
    // @ts-expect-error a default of a secret stands inside secret()
    expect(() => secret(z.string()).default('x')).not.toThrow()
  })

  it('end in a schema that contains itself', () => {
    interface Tree {
      readonly value: number
      readonly left?: Tree
    }
    expectTypeOf<'left.left.left.value'>().toExtend<PathsOf<Tree>>()
    expectTypeOf<ValueAt<Tree, 'left.value'>>().toEqualTypeOf<number | undefined>()
    expectTypeOf<PathsOf<unknown>>().toEqualTypeOf<never>()
    expectTypeOf<DeepReadonly<{ a: { b: string[] } }>>().toEqualTypeOf<{
      readonly a: { readonly b: readonly string[] }
    }>()
  })
})
