import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const src = (file: string) => fileURLToPath(new URL(`packages/trimtab/src/${file}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^trimtab$/, replacement: src('index.ts') },
      { find: /^trimtab\/parts$/, replacement: src('parts/index.ts') },
      { find: /^trimtab\/testing$/, replacement: src('testing/index.ts') },
    ],
  },
  test: {
    pool: 'forks',
    include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/{laws,faults,setup}/**/*.test.ts'],
    setupFiles: ['test/setup/leak-guard.ts'],
    coverage: {
      provider: 'v8',
      include: ['packages/trimtab/src/{model,reload}/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.test-d.ts'],
      reporter: ['text', 'json-summary'],
    },
  },
})
