import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const src = (file: string): string => fileURLToPath(new URL(`packages/trimtab/src/${file}`, import.meta.url))
const isCi = process.env['CI'] !== undefined

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@trimtab\/server$/, replacement: src('../../server/src/index.ts') },
      { find: /^trimtab$/, replacement: src('index.ts') },
      { find: /^trimtab\/parts$/, replacement: src('parts/index.ts') },
      { find: /^trimtab\/probes$/, replacement: src('health/probes/index.ts') },
      { find: /^trimtab\/fastify$/, replacement: src('fastify/index.ts') },
      { find: /^trimtab\/sinks$/, replacement: src('events/sinks/index.ts') },
      { find: /^trimtab\/postgres$/, replacement: src('postgres/index.ts') },
      { find: /^trimtab\/testing$/, replacement: src('testing/index.ts') },
    ],
  },
  test: {
    pool: 'forks',
    setupFiles: ['test/setup/leak-guard.ts'],
    reporters: isCi ? ['default', 'json'] : ['default'],
    outputFile: { json: 'node_modules/.cache/test-report.json' },
    coverage: {
      enabled: isCi,
      provider: 'v8',
      include: ['packages/trimtab/src/{model,reload}/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text'],
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{packages,scripts,test}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.pg.test.ts', 'test/{package,e2e}/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'pg',
          globalSetup: ['test/setup/postgres.ts'],
          include: ['{packages,test}/**/*.pg.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'package',
          globalSetup: ['test/package/pack.ts'],
          include: ['test/package/**/*.package.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
