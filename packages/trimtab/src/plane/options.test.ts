import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineConfig } from '../schema/define-config.ts'
import { objectSource } from '../sources/object.ts'
import { createPlane } from './create-plane.ts'
import { loadConfig } from './load-config.ts'

const valid = { config: defineConfig(z.object({})), sources: [objectSource({})] }

test.each([
  ['nothing', undefined, 'config is missing'],
  ['a schema that is not defined', { config: z.object({}) }, 'config has to be what defineConfig() gives'],
  ['no sources', { sources: undefined }, 'sources has to be a list'],
  ['a path for a source', { sources: ['config.yaml'] }, 'sources has to be a list'],
  ['a definition for a module', { modules: [{ name: 'pool', start() {} }] }, 'what defineModule() gives'],
  ['a misspelt option', { module: [] }, 'module is not known'],
  ['a misspelt option of reload', { reload: { aply: 'bestEffort' } }, 'reload.aply is not known'],
  ['a misspelt option of the breaker', { breaker: { treshold: 1 } }, 'breaker.treshold is not known'],
  ['half a back-off', { breaker: { backoff: { initial: 100 } } }, 'breaker.backoff.max has to be'],
  ['a back-off upside down', { breaker: { backoff: { initial: 100, max: 10 } } }, 'no more than max'],
  ['a bake without a judge', { bake: { judge: () => {} } }, 'bake.judge has to be an object'],
  ['references with a misspelt name', { references: { alow: {} } }, 'references.alow is not known'],
  ['no logger', { logger: true }, 'logger has to be false, or have a function `debug`'],
  ['a number for a name', { instance: 5 }, 'instance has to be'],
  ['null for options', { reload: null }, 'reload has to be an object'],
  ['null for a logger', { logger: null }, 'logger has to be false'],
  ['a path for the fallback', { fallback: 'x' }, 'fallback has to be a source'],
  ['null for the fallback', { fallback: null }, 'fallback has to be a source'],
  ['a number for a folder', { stateDir: 5 }, 'stateDir has to be the path'],
  ['a folder without a name', { stateDir: '' }, 'stateDir has to be the path'],
  ['a time for a clock', { clock: 5 }, 'clock has to have the functions'],
  ['a number for chance', { random: 0.5 }, 'random has to be a function'],
  ['one resolver', { references: { resolvers: { scheme: 'a' } } }, 'references.resolvers has to be a list'],
  ['a scheme for a resolver', { references: { resolvers: ['vault'] } }, 'references.resolvers is not possible'],
  ['a text of what is allowed', { references: { allow: { env: 'DB_*' } } }, 'references.env is not possible'],
])('%s is refused, and names the option', async (_, options, message) => {
  // Written in JavaScript, where no compiler refuses them.
  const given = (options === undefined ? undefined : { ...valid, ...options }) as typeof valid
  await expect(createPlane(given)).rejects.toMatchObject({
    code: 'option_invalid',
    message: expect.stringContaining(message),
  })
})

test('a configuration that is loaded once has its options checked too', async () => {
  const none = {} as typeof valid
  await expect(loadConfig(none)).rejects.toMatchObject({ code: 'option_invalid' })
})
