import { describe, expect, it } from 'vitest'
import { formatNames, formatOf, loadFormat } from './load-format.ts'

describe('formatOf', () => {
  it.each([
    ['config.yaml', 'yaml'],
    ['/etc/app/CONFIG.YML', 'yaml'],
    ['a.b.json', 'json'],
    ['tsconfig.jsonc', 'json'],
    ['x.toml', 'toml'],
    ['.env', 'dotenv'],
    ['app/.env.local', 'dotenv'],
    ['production.env', 'dotenv'],
    ['.env.yaml', 'yaml'],
    ['config', undefined],
    ['config.json5', undefined],
    ['config.ini', undefined],
    ['.envrc', undefined],
  ])('knows what %s is', (file, expected) => {
    expect(formatOf(file)).toBe(expected)
  })

  it('has a parser for every name', async () => {
    for (const name of formatNames) expect(await loadFormat(name)).toHaveProperty('parse')
  })
})
