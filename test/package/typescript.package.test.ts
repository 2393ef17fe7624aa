import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Consumer, makeConsumer } from './consumer.ts'
import { names } from './service.ts'

const source = `
import { ${names}, type Secret } from 'trimtab'
import * as parts from 'trimtab/parts'
import * as testing from 'trimtab/testing'
import { z } from 'zod'

const config = defineConfig(
  z.object({
    http: z.object({ port: z.number().int().default(8080) }),
    pool: dynamic(z.object({ max: z.number().int().default(10), url: secret(z.string()) })),
  }),
)
const sources = [objectSource({ pool: { url: 'postgres://db' } })]
const plane = await createPlane({ config, sources })
const loaded = await loadConfig({ config, sources })

const max: number = plane.config.pool.max
const port: number = loaded.http.port
const url: Secret<string> = plane.config.pool.url

// @ts-expect-error a path that the schema lacks
plane.config.pool.nothing
// @ts-expect-error a path that the schema lacks
plane.watch('pool.mx', () => {})
plane.watch('pool.max', ({ next }) => next.toFixed(0))
// @ts-expect-error a secret is no string
const leaked: string = plane.config.pool.url
// @ts-expect-error a snapshot is read-only
plane.config.pool.max = 1

export { leaked, max, parts, port, testing, url }
`

const tsconfig = (module: string, moduleResolution: string): string =>
  JSON.stringify({
    compilerOptions: {
      target: 'es2022',
      lib: ['es2022', 'esnext.disposable'],
      module,
      moduleResolution,
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
    },
    files: ['main.ts'],
  })

let consumer: Consumer
afterAll(() => consumer.remove())
beforeAll(async () => {
  consumer = await makeConsumer({
    type: 'module',
    // The parts' types name those of the libraries they stand on.
    install: {
      typescript: '5.5.4',
      '@types/node': '20.19.43',
      pino: '10.4.0',
      undici: '7.30.2',
    },
    files: {
      'main.ts': source,
      'tsconfig.node16.json': tsconfig('node16', 'node16'),
      'tsconfig.bundler.json': tsconfig('esnext', 'bundler'),
    },
  })
})

// Library declarations are checked too: a user without skipLibCheck must not see errors of ours.
test.each(['node16', 'bundler'])('TypeScript 5.5 reads the types with %s resolution', async (resolution) => {
  expect(await consumer.run('tsc', ['--project', `tsconfig.${resolution}.json`])).toEqual({ code: 0, output: '' })
})
