import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTyped } from '../../examples/gateway/src/console/typed.ts'

describe('readTyped', () => {
  it.each([
    ['set limits.requestsPerSecond 5', { kind: 'set', path: 'limits.requestsPerSecond', value: 5 }],
    ['  set   http.keepAliveTimeout   2s  ', { kind: 'set', path: 'http.keepAliveTimeout', value: '2s' }],
    ['set log.level "de bug"', { kind: 'set', path: 'log.level', value: 'de bug' }],
    [
      'set responses { ttl: 2s, maxEntries: 5 }',
      { kind: 'set', path: 'responses', value: { ttl: '2s', maxEntries: 5 } },
    ],
    ['set traffic.routes["/v 1/*"].order 3', { kind: 'set', path: 'traffic.routes["/v 1/*"].order', value: 3 }],
    ['set a["] x"][0] null', { kind: 'set', path: 'a["] x"][0]', value: null }],
    ['set access.operator ${env:TOKEN}', { kind: 'set', path: 'access.operator', value: '${env:TOKEN}' }],
    ['unset limits.requestsPerSecond', { kind: 'unset', path: 'limits.requestsPerSecond' }],
    ['show', { kind: 'show', path: undefined }],
    ['show limits', { kind: 'show', path: 'limits' }],
    ['history', { kind: 'history' }],
    ['rollback 12', { kind: 'rollback', to: 12 }],
    ['help', { kind: 'help' }],
    ['', { kind: 'nothing' }],
    [' \t', { kind: 'nothing' }],
  ])('reads %j', (line, typed) => {
    expect(readTyped(line)).toEqual(typed)
  })

  it.each([
    'set',
    'set limits.requestsPerSecond',
    'set limits.requestsPerSecond "a quote that is left open',
    'set limits.requestsPerSecond { burst: 5',
    'set limits.requestsPerSecond *alias',
    'unset',
    'unset limits.requestsPerSecond 5',
    'show limits limit',
    'history all',
    'rollback',
    'rollback -1',
    'rollback 1.5',
    'rollback one',
    'Set limits.requestsPerSecond 5',
    'hunter2',
  ])('says what it expected in place of %j', (line) => {
    expect(readTyped(line)).toEqual({
      kind: 'wrong',
      expected: expect.stringMatching(/set|value|show|history|rollback/),
    })
  })

  it('never shows what was typed, which could be a secret', () => {
    for (const line of ['hunter2', 'set access.operator "hunter2', 'set access.operator {hunter2', 'rollback hunter2'])
      expect(JSON.stringify(readTyped(line))).not.toContain('hunter2')
  })

  it('reads any JSON as it is', () => {
    const tame = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'))
    fc.assert(
      fc.property(tame, (value) => {
        const typed = readTyped(`set a.b ${JSON.stringify(value)}`)
        expect(typed).toEqual({ kind: 'set', path: 'a.b', value: JSON.parse(JSON.stringify(value)) })
      }),
    )
  })

  it('takes any line without throwing', () => {
    const line = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `set a ${text}`),
    )
    fc.assert(fc.property(line, (text) => void readTyped(text)))
  })
})
