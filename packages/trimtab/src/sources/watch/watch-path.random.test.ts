import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { atomicWrite } from '../../../../../test/support/atomic-writer.ts'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { eventsOnly, probe, silentFs } from '../../../../../test/support/watch-probe.ts'

const moves = ['write', 'replace', 'backUp', 'remove', 'removeFolder', 'moveFolder', 'link', 'volume'] as const
const pauses = ['none', 'turn', 'wake'] as const

/** Does one of the things that people and machines do to a file, and gives what is to be read then. */
function make(move: (typeof moves)[number], root: string, step: number): string {
  const folder = join(root, 'etc')
  const file = join(folder, 'config.yaml')
  const text = `step ${step}`
  if (move !== 'removeFolder' && move !== 'volume') mkdirSync(folder, { recursive: true })
  switch (move) {
    case 'write':
      writeFileSync(file, text)
      return text
    case 'replace':
      writeFileSync(`${file}.new`, text)
      renameSync(`${file}.new`, file)
      return text
    case 'backUp':
      writeFileSync(file, 'soon a back-up')
      renameSync(file, `${file}~`)
      writeFileSync(file, text)
      return text
    case 'remove':
      rmSync(file, { force: true })
      return 'ENOENT'
    case 'removeFolder':
      rmSync(folder, { recursive: true, force: true })
      return 'ENOENT'
    case 'moveFolder':
      renameSync(folder, join(root, `old ${step}`))
      mkdirSync(folder)
      writeFileSync(file, text)
      return text
    case 'link':
      writeFileSync(join(root, `target ${step}`), text)
      symlinkSync(join(root, `target ${step}`), `${file}.link`)
      renameSync(`${file}.link`, file)
      return text
    case 'volume':
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder)
      atomicWrite(folder, `${step}a`, { 'config.yaml': 'first' })
      atomicWrite(folder, `${step}b`, { 'config.yaml': text })
      return text
    default:
      return move satisfies never
  }
}

describe.each([
  { world: 'by events', options: { timings: { ...eventsOnly, settle: 5 } } },
  { world: 'by polls', options: { timings: { ...eventsOnly, settle: 5, poll: 5 }, fs: silentFs } },
])('the final state, $world', ({ options }) => {
  it('is seen whatever was done before, in whatever order and however fast', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...moves), fc.constantFrom(...pauses)), { minLength: 1, maxLength: 12 }),
        async (steps) => {
          const root = tempFolder()
          const reader = await probe(join(root, 'etc', 'config.yaml'), options)
          let expected = 'ENOENT'
          for (const [step, [move, pause]] of steps.entries()) {
            expected = make(move, root, step)
            if (pause === 'turn') await new Promise((resolve) => setImmediate(resolve))
            if (pause === 'wake') await reader.sees(expected)
          }
          await reader.sees(expected)
          await reader.close()
          rmSync(root, { recursive: true })
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)
})
