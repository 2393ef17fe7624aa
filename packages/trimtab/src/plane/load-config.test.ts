import { defineConfig, fileSource, loadConfig, secret } from 'trimtab'
import { scriptedSource } from 'trimtab/testing'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

const config = defineConfig(z.object({ max: z.number().default(1), key: secret(z.string().default('none')) }))
const sources = [
  scriptedSource({ strict: false, tree: { max: 2, mxa: 3, key: 'hunter2' } }),
  fileSource('/nowhere/at/all.yaml', { optional: true, watch: false }),
]

function recording() {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  return { lines, logger: { debug: write, info: write, warn: write, error: write } }
}

test('what is only a warning is told, a line each, and the configuration is given', async () => {
  const { lines, logger } = recording()
  expect(await loadConfig({ config, sources, logger })).toMatchObject({ max: 2 })
  expect(lines.toSorted()).toEqual([
    '/nowhere/at/all.yaml: does not exist, and is optional',
    expect.stringContaining('mxa'),
  ])
  expect(lines.join()).not.toContain('hunter2')
})

test('without a logger warnings go to stderr, and `false` silences them', async () => {
  const { lines, logger } = recording()
  const original = console.warn
  console.warn = logger.warn
  onTestFinished(() => void (console.warn = original))
  await loadConfig({ config, sources, logger: false })
  expect(lines).toEqual([])
  await loadConfig({ config, sources })
  expect(lines).toHaveLength(2)
})

test('a logger that lacks a level is refused', async () => {
  const logger = { warn() {} } as unknown as Console
  await expect(loadConfig({ config, sources, logger })).rejects.toMatchObject({ code: 'option_invalid' })
})
