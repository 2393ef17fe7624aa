import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { FuzzResult } from './guard-fuzz.ts'

const isSoak = process.env['TRIMTAB_SOAK'] === '1'
const operations = isSoak ? 1_000_000 : 100_000
const seed = isSoak ? Math.floor(Math.random() * 2 ** 31) : 1
const script = fileURLToPath(new URL('./guard-fuzz.ts', import.meta.url))
const others = ['node-22', 'node-24'].map((name) => {
  return fileURLToPath(new URL(`../../node_modules/${name}/bin/node`, import.meta.url))
})
/** The binaries of other versions exist for one platform; there they have to be installed. */
const hasOthers = process.platform === 'linux' && process.arch === 'x64'
const binaries = [process.execPath, ...others.filter((path) => hasOthers || existsSync(path))]

it('finds no other Node in the way of the one that npm was started with', () => {
  // After `npm install`, scripts/complete-lock.mjs takes the link away.
  expect(existsSync(fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url)))).toBe(false)
})

describe(`${operations} interleaved reads of 200 tenants, seed ${seed}`, () => {
  it.each(binaries)('let no wrong tenant through, and lose none unheard: %s', { timeout: 300_000 }, async (node) => {
    const run = promisify(execFile)
    const { stdout } = await run(node, ['--import', 'tsx', script, String(operations), String(seed)])
    // Printed by the script next to this file.
    const result = JSON.parse(stdout) as FuzzResult
    const { tenant_context_missing = 0, tenant_isolation = 0, tenant_mismatch = 0, ...rest } = result.refused
    expect(result).toMatchObject({ wrong: [], operations: expect.any(Number) })
    expect(rest).toEqual({})
    expect(result.operations).toBeGreaterThanOrEqual(operations)
    // Every refusal is kept, and told in the count of one event.
    expect(result.counted).toEqual({
      missing_context: tenant_context_missing,
      cross_tenant: tenant_isolation,
      mismatch: tenant_mismatch,
    })
    const all = tenant_context_missing + tenant_isolation + tenant_mismatch
    expect([result.told, result.passed + all]).toEqual([all, result.operations])
    // What finds nothing has looked nowhere.
    for (const count of [tenant_context_missing, tenant_isolation, tenant_mismatch]) {
      expect(count).toBeGreaterThan(operations / 100)
    }
  })
})
