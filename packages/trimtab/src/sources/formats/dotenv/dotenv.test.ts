import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseText, placeAt, refusals, treeOf } from '../../../../../../test/support/parse-text.ts'
import { shapeFor } from '../../../../../../test/support/shape-for.ts'
import { printProblem } from '../../../schema/problem.ts'
import type { NameOptions } from '../format.ts'
import { loadDotenvFormat } from './dotenv.ts'

const format = await loadDotenvFormat()
const shape = shapeFor(
  z.object({
    pool: z.object({
      max: z.number().optional(),
      url: z.string().optional(),
      requestsPerSecond: z.number().optional(),
    }),
    hosts: z.array(z.string()).optional(),
    cert: z.string().optional(),
    debug: z.boolean().optional(),
    routes: z.record(z.string(), z.object({ upstream: z.string() })).optional(),
    same_name: z.string().optional(),
    sameName: z.string().optional(),
  }),
)
const parse = (text: string, names: Partial<NameOptions> = {}) => parseText(format, text, shape, names)

describe('.env', () => {
  it('sets fields by name, converted to their types', () => {
    const text =
      'POOL__MAX=20\nPOOL__REQUESTS_PER_SECOND = 5 # a comment\nexport DEBUG=true\nHOSTS=a,b\nROUTES__API__UPSTREAM: x\n'
    expect(treeOf(parse(text))).toEqual({
      pool: { max: 20, requestsPerSecond: 5 },
      debug: true,
      hosts: ['a', 'b'],
      routes: { api: { upstream: 'x' } },
    })
  })

  it('reads values as dotenv does: quotes, escapes, several lines, comments', () => {
    const text = [
      "POOL__URL='postgres://u:p#w@h/d' # a comment",
      'CERT="-----BEGIN-----',
      'a#b',
      'C=D',
      '-----END-----"',
      'SAME_NAME=`it\'s "x"`',
    ]
    const { pool, cert } = treeOf(parse(text.slice(0, 5).join('\r\n'))) as { pool: object; cert: string }
    expect({ pool, cert }).toEqual({
      pool: { url: 'postgres://u:p#w@h/d' },
      cert: '-----BEGIN-----\na#b\nC=D\n-----END-----',
    })
    expect(treeOf(parse('CERT="a\\nb"\n'))).toEqual({ cert: 'a\nb' })
    expect(treeOf(parse("CERT='a\\nb'\n"))).toEqual({ cert: 'a\\nb' })
    expect(treeOf(parse('CERT=`it\'s "x"`\n'))).toEqual({ cert: 'it\'s "x"' })
    expect(treeOf(parse('CERT=  a b  \n'))).toEqual({ cert: 'a b' })
  })

  it('takes an empty value as unset, unless the field is a text', () => {
    expect(treeOf(parse('POOL__MAX=\nCERT=\nPOOL__URL=""\n'))).toEqual({ cert: '', pool: { url: '' } })
  })

  it.each(['', '\n\n', '# only a comment', '  # indented'])('takes a file without content as empty: %j', (text) => {
    expect(treeOf(parse(text))).toEqual({})
  })

  it('says where each value stands; a group that only its members make stands nowhere', () => {
    const parsed = parse('# c\nPOOL__MAX=20\n\n  export CERT = "x"\nROUTES={"a": {"upstream": "y"}}\n')
    const places = ['pool.max', 'cert', 'pool', 'routes', 'routes.a.upstream'].map((path) => placeAt(parsed, path))
    expect(places).toEqual(['f:2:11', 'f:4:17', 'f', 'f:5:8', 'f:5:8'])
  })

  it('adds up an object and a field in it, the deeper one wins', () => {
    const parsed = parse('POOL__MAX=2\nPOOL={"max": 1, "url": "x"}\n')
    expect(treeOf(parsed)).toEqual({ pool: { max: 2, url: 'x' } })
    expect([placeAt(parsed, 'pool.max'), placeAt(parsed, 'pool.url')]).toEqual(['f:1:11', 'f:2:6'])
  })

  it('passes over names without the prefix, except those of the map', () => {
    const text = 'APP_POOL__MAX=1\nDATABASE_URL=x\nOTHER=3\n'
    const mapped = new Map([['DATABASE_URL', ['pool', 'url']]])
    expect(treeOf(parse(text, { prefix: 'APP_', mapped }))).toEqual({ pool: { max: 1, url: 'x' } })
    expect(treeOf(parse(text, { prefix: undefined, mapped }))).toEqual({ pool: { url: 'x' } })
  })

  it.each([
    ['a line that is nothing', 'CERT=a\nhunter2\n', 'syntax 2:1'],
    ['a line that is nothing, indented', '  hunter2 x\n', 'syntax 1:3'],
    ['a name with a space', 'HUNTER2 X=1\n', 'syntax 1:1'],
    ['a value without a name', '=hunter2\n', 'syntax 1:1'],
    ['a quote that is not closed', 'CERT=x\nPOOL__URL="hunter2\n', 'syntax 2:11'],
    ['something after the quote', "CERT='a'hunter2\n", 'syntax 1:6'],
    ['a # that would cut off the value', 'POOL__URL=hunter2#more\n', 'syntax 1:18'],
    ['a # at the beginning of a value', 'CERT=#fff\n', 'syntax 1:6'],
    ['the same name twice', 'CERT=a\n\nCERT=hunter2\n', 'duplicate_key 3:1'],
    ['the same field by two names', 'POOL__MAX=1\npool__max=2\n', 'duplicate_key 2:1'],
    ['a name that matches nothing', 'POOL__MXA=hunter2\n', 'unknown_key 1:1'],
    ['a name that means two fields', 'SAME_NAME=hunter2\n', 'ambiguous_name 1:1'],
    ['a name of the prototype', '__proto__=hunter2\n', 'prototype_key 1:1'],
    ['an element of a list', 'HOSTS__0=hunter2\n', 'unknown_key 1:1'],
  ])('refuses %s', (_what, text, expected) => {
    const parsed = parse(text)
    expect(refusals(parsed)).toEqual([expected])
    expect(JSON.stringify(parsed)).not.toMatch(/hunter2/i)
  })

  it('reports every line that is wrong', () => {
    expect(refusals(parse('x\nCERT=a\ny\nCERT=b\n'))).toEqual(['syntax 1:1', 'syntax 3:1', 'duplicate_key 4:1'])
  })

  it('suggests the name that was meant', () => {
    const parsed = parse('APP_POOL__MXA=1\n', { prefix: 'APP_' })
    expect(parsed.ok ? [] : parsed.problems.map(printProblem)).toEqual([
      'f:1:1: this name matches no field. Did you mean APP_POOL__MAX?',
    ])
  })
})
