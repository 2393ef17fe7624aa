import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Consumer, makeConsumer } from './consumer.ts'
import { expected, names, service } from './service.ts'

let consumer: Consumer
afterAll(() => consumer.remove())
beforeAll(async () => {
  consumer = await makeConsumer({
    type: 'commonjs',
    install: { jest: '30.5.2' },
    files: {
      'jest.config.json': JSON.stringify({ testMatch: ['**/*.test.{js,mjs}'], transform: {} }),
      'static.test.mjs': `
        import { ${names} } from 'trimtab'
        import { z } from 'zod'
        ${service}
        test('works', async () => expect(await main({ ${names} }, z)).toBe('${expected}'))`,
      'dynamic.test.js': `
        const { z } = require('zod')
        ${service}
        test('works', async () => expect(await main(await import('trimtab'), z)).toBe('${expected}'))`,
    },
  })
})

// Jest 30 reads ES modules by node's VM modules only; its own `require` refuses them before Node 24.9.
test.each(['static.test.mjs', 'dynamic.test.js'])('Jest runs %s', async (file) => {
  const { code, output } = await consumer.run('jest', ['--ci', file], { NODE_OPTIONS: '--experimental-vm-modules' })
  expect(output).toContain('1 passed, 1 total')
  expect(code).toBe(0)
})
