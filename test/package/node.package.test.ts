import { afterEach, expect, test } from 'vitest'
import { type Consumer, makeConsumer } from './consumer.ts'
import { expected, names, service } from './service.ts'

let consumer: Consumer | undefined
afterEach(() => consumer?.remove())

test('an ESM project imports the library and every subpath, and nothing behind them', async () => {
  consumer = await makeConsumer({
    type: 'module',
    files: {
      'main.js': `
        import { ${names} } from 'trimtab'
        import { z } from 'zod'
        ${service}
        console.log(await main({ ${names} }, z))`,
      'subpaths.js': `
        for (const subpath of ['trimtab', 'trimtab/parts', 'trimtab/postgres', 'trimtab/sinks', 'trimtab/testing', 'trimtab/dist/index.js']) {
          await import(subpath).then(
            () => console.log(subpath, 'loads'),
            (error) => console.log(subpath, error.code),
          )
        }`,
    },
  })
  expect(await consumer.run('node', ['main.js'])).toEqual({ code: 0, output: `${expected}\n` })
  expect((await consumer.run('node', ['subpaths.js'])).output.trim().split('\n')).toEqual([
    'trimtab loads',
    'trimtab/parts loads',
    'trimtab/postgres loads',
    'trimtab/sinks loads',
    'trimtab/testing loads',
    'trimtab/dist/index.js ERR_PACKAGE_PATH_NOT_EXPORTED',
  ])
})

test('a CommonJS project requires the library and every subpath', async () => {
  consumer = await makeConsumer({
    type: 'commonjs',
    files: {
      'main.js': `
        const { z } = require('zod')
        require('trimtab/parts')
        require('trimtab/postgres')
        require('trimtab/sinks')
        require('trimtab/testing')
        ${service}
        main(require('trimtab'), z).then(console.log)`,
    },
  })
  expect(await consumer.run('node', ['main.js'])).toEqual({ code: 0, output: `${expected}\n` })
})

test('the command runs where the package is installed', async () => {
  consumer = await makeConsumer({ type: 'module', files: {} })
  const { code, output } = await consumer.run('trimtab', ['--help'])
  expect(output).toMatch(/usage/i)
  expect(code).toBe(0)
})
