import { createPlane, defineConfig, dynamic, fileSource, objectSource, unhealthy } from 'trimtab'
import { createManualClock, createTestPlane, scriptedSource } from 'trimtab/testing'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

const config = defineConfig(z.object({ max: dynamic(z.number().default(1)), port: z.number().default(8080) }))

async function start(...more: Parameters<typeof createPlane>[0]['sources']) {
  const lines: string[] = []
  const note = (message: string): void => void lines.push(message)
  const logger = { debug() {}, info: note, warn: note, error: note }
  const source = scriptedSource({ strict: false })
  const plane = await createPlane({ config, sources: [...more, source], logger })
  onTestFinished(async () => void (await plane.close()))
  const set = async (tree: Parameters<typeof source.set>[0]) => {
    lines.length = 0
    source.set(tree)
    await plane.reload()
    return lines.map((line) => line.replace(/^Reload r\d+ \([\w, ]+\)/, 'Reload'))
  }
  return { lines, set }
}

test('a warning is told when it is new, and not again at every reload', async () => {
  const { set } = await start()
  expect(await set({ max: 2, oops: 1 })).toEqual([expect.stringContaining('oops'), 'Reload: generation 2; max: 1 → 2'])
  expect(await set({ max: 3, oops: 1 })).toEqual(['Reload: generation 3; max: 2 → 3'])
  await set({ max: 4 })
  expect(await set({ max: 5, oops: 1 })).toContainEqual(expect.stringContaining('oops'))
})

test('an optional source that is absent is told once, without asking to mark it optional', async () => {
  const missing = fileSource('/nowhere/at/all.yaml', { optional: true, watch: false })
  const { lines, set } = await start(objectSource({}), missing)
  expect(lines[0]).toBe('/nowhere/at/all.yaml: does not exist, and is optional')
  expect(await set({ max: 2 })).toEqual(['Reload: generation 2; max: 1 → 2'])
})

test('that health said no to what is kept is said once', async () => {
  const clock = createManualClock()
  const lines: string[] = []
  const logger = { debug() {}, info() {}, warn: (line: string) => void lines.push(line), error() {} }
  const checks = [{ name: 'db', run: () => unhealthy('db is down') }]
  const plane = await createTestPlane(config, { clock, logger, random: () => 0.5, checks })
  onTestFinished(async () => void (await plane.close()))
  await clock.advance(6_000)
  const changed = plane.set({ max: 2 })
  await clock.advance(31_000)
  const { problems } = await changed
  expect(problems).toMatchObject([{ code: 'kept_unhealthy' }])
  const kept = lines.filter((line) => line.includes('nothing better to go back to'))
  expect(kept).toEqual([
    expect.stringMatching(/^What runs is unhealthy.*: db passed 0 of 5.*\. Repair what the checks name, or change/),
  ])
})

test('what waits for a restart is told, and also when nothing does any more', async () => {
  const { set } = await start()
  expect(await set({ port: 9090 })).toContain('port waits for a restart: running 8080, configured 9090')
  expect(await set({ port: 8080 })).toContain('Nothing waits for a restart any more')
})
