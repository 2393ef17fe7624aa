import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineConfig } from './define-config.ts'
import { dynamic, perTenant, secret } from './marks.ts'
import { duration } from './units.ts'

describe('describe', () => {
  it('gives a row for each field, in the order of the schema', () => {
    const config = defineConfig(
      z.object({
        pool: dynamic(
          z.object({
            max: z.number().int().min(1).max(500).default(10).describe('Open connections at most'),
            idle: duration().default('30s'),
            url: secret(z.string().default('hunter2')),
          }),
        ),
        routes: z.record(z.string(), z.object({ upstream: z.url(), tags: z.array(z.string()).optional() })).default({}),
        tls: perTenant(z.object({ cert: z.string() }))
          .optional()
          .describe('Only beside a proxy'),
        pair: z.tuple([z.string(), z.number()]),
        servers: z.array(z.object({ host: z.string() })),
      }),
    )
    const rows = config.describe().map(({ path, type, default: written, marks, optional }) => {
      const marked = Object.entries(marks).flatMap(([mark, isSet]) => (isSet ? [mark] : []))
      return [path, type.slice(0, 28), written, marked.join(' '), optional ? 'optional' : '']
    })
    expect(rows).toEqual([
      ['pool.max', 'a whole number from 1 to 500', 10, 'dynamic', 'optional'],
      ['pool.idle', 'a duration like "250ms", "5s', '30s', 'dynamic', 'optional'],
      ['pool.url', 'a string', undefined, 'dynamic secret', 'optional'],
      ['routes', 'an object', {}, '', 'optional'],
      ['routes[*].upstream', 'a URL', undefined, '', ''],
      ['routes[*].tags', 'a list', undefined, '', 'optional'],
      ['tls', 'an object', undefined, 'dynamic perTenant', 'optional'],
      ['tls.cert', 'a string', undefined, 'dynamic perTenant', ''],
      ['pair', 'a list of 2 items', undefined, '', ''],
      ['pair[0]', 'a string', undefined, '', ''],
      ['pair[1]', 'a number', undefined, '', ''],
      ['servers', 'a list', undefined, '', ''],
      ['servers[*].host', 'a string', undefined, '', ''],
    ])
    expect(config.describe()[0]?.description).toBe('Open connections at most')
    expect(config.describe()).toBe(config.describe())
  })

  it('lists the fields of every option of a union, and ends in a schema that contains itself', () => {
    interface Node {
      readonly name: string
      readonly next?: Node | undefined
    }
    const node: z.ZodType<Node> = z.object({
      name: z.string(),
      get next() {
        return node.optional()
      },
    })
    const config = defineConfig(
      z.object({
        kind: z.discriminatedUnion('t', [
          z.object({ t: z.literal('a'), x: z.number() }),
          z.object({ t: z.literal('b') }),
        ]),
        node,
        json: z.json().optional(),
      }),
    )
    const paths = config.describe().map(({ path, recursive }) => (recursive ? `${path} …` : path))
    expect(paths).toEqual([
      'kind',
      'kind.t',
      'kind.x',
      'kind.t',
      'node.name',
      'node.next',
      'node.next.name',
      'node.next.next …',
      'json',
      'json[*]',
      'json[*][*]',
    ])
  })
})
