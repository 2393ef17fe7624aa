import { describe, expect, it } from 'vitest'
import { argsSource } from './args.ts'
import { directorySource } from './directory.ts'
import { envSource } from './env.ts'
import { fileSource } from './file.ts'
import { objectSource } from './object.ts'
import { pollingSource } from './polling.ts'

// As somebody without a compiler calls them.
const call = (make: unknown, ...args: readonly unknown[]) => {
  if (typeof make !== 'function') throw new Error('not a function')
  return () => Reflect.apply(make, undefined, args)
}
const fetch = async () => 'absent' as const

describe('options of sources', () => {
  it.each([
    ['fileSource', 'optinal', 'optional', call(fileSource, 'a.yaml', { optinal: true })],
    ['fileSource', 'interval', undefined, call(fileSource, 'a.yaml', { interval: 5 })],
    ['directorySource', 'extension', 'extensions', call(directorySource, 'conf.d', { extension: ['.yaml'] })],
    ['envSource', 'prefx', 'prefix', call(envSource, { prefx: 'APP_' })],
    ['objectSource', 'Strict', 'strict', call(objectSource, {}, { Strict: false })],
    ['pollingSource', 'intervall', 'interval', call(pollingSource, { name: 'a', fetch, intervall: 5 })],
    ['pollingSource', '__proto__', undefined, call(pollingSource, JSON.parse('{"__proto__": 1}'))],
    ['objectSource', 'constructor', undefined, call(objectSource, {}, { constructor: 1 })],
  ] as const)('%s refuses %s, which it does not know', (maker, name, meant, make) => {
    const hint = meant === undefined ? '' : `Did you mean ${meant}? `
    expect(make).toThrow(`The option "${name}" of ${maker}() is not known. ${hint}The options are `)
    expect(make).toThrow(expect.objectContaining({ code: 'option_invalid' }))
  })

  it.each([
    ['fileSource', call(fileSource, 'a.yaml', 'yaml')],
    ['fileSource', call(fileSource, 'a.yaml', null)],
    ['fileSource', call(fileSource, 'a.yaml', { optional: 'no' })],
    ['fileSource', call(fileSource, 'a.yaml', { watch: 'false' })],
    ['fileSource', call(fileSource, 'a.yaml', { watch: null })],
    ['fileSource', call(fileSource, 'a.yaml', { name: '' })],
    ['fileSource', call(fileSource, 'a.yaml', { name: 'a\nb' })],
    ['fileSource', call(fileSource, 'a.yaml', { references: 'remote' })],
    ['fileSource', call(fileSource, 'a.yaml', { settle: '5s' })],
    ['fileSource', call(fileSource, '.env', { prefix: 5 })],
    ['fileSource', call(fileSource, '.env', { map: ['A'] })],
    ['fileSource', call(fileSource, '.env', { map: { A: 5 } })],
    ['directorySource', call(directorySource, 'conf.d', { extensions: '.yaml' })],
    ['directorySource', call(directorySource, 'conf.d', { extensions: [5] })],
    ['envSource', call(envSource)],
    ['envSource', call(envSource, 'APP_')],
    ['envSource', call(envSource, {})],
    ['envSource', call(envSource, { prefix: /^APP_/ })],
    ['envSource', call(envSource, { prefix: 'APP_', env: 'A=1' })],
    ['argsSource', call(argsSource, '--set a=1')],
    ['argsSource', call(argsSource, { argv: [] })],
    ['argsSource', call(argsSource, ['--set', 5])],
    ['objectSource', call(objectSource, {}, { strict: 0 })],
    ['objectSource', call(objectSource, {}, { name: 5 })],
    ['objectSource', call(objectSource, {}, ['strict'])],
    ['pollingSource', call(pollingSource)],
    ['pollingSource', call(pollingSource, { fetch })],
    ['pollingSource', call(pollingSource, { name: 'a' })],
    ['pollingSource', call(pollingSource, { name: 'a', fetch: 'http://home' })],
    ['pollingSource', call(pollingSource, { name: 'a', fetch, interval: true })],
    ['pollingSource', call(pollingSource, { name: 'a', fetch, optional: 1 })],
  ] as const)('%s refuses a value that is of no use: %#', (maker, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'option_invalid' }))
    expect(make).toThrow(`of ${maker}()`)
  })

  it('takes every option as left away that is undefined', () => {
    expect(fileSource('a.yaml', { optional: undefined, name: undefined, format: undefined }).optional).toBe(false)
    expect(envSource({ prefix: 'APP_', map: undefined, env: undefined }).name).toBe('env:APP_')
  })
})
