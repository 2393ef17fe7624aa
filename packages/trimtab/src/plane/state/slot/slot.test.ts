import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { tempFolder } from '../../../../../../test/support/temp-folder.ts'
import { isTrimtabError } from '../../../errors/trimtab-error.ts'
import { systemClock } from '../../../primitives/time/clock.ts'
import { type Slot, takeSlot } from './slot.ts'

const isRoot = process.getuid?.() === 0

async function take(path: string, instance = 'web-1'): Promise<Slot> {
  const slot = await takeSlot(path, instance, systemClock)
  onTestFinished(() => slot.release())
  return slot
}

const modeOf = (path: string) => (lstatSync(path).mode & 0o777).toString(8)

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isTrimtabError(error)) throw new Error('it was not refused', { cause: error })
  return `${error.code}: ${error.message}`
}

describe('takeSlot', () => {
  it('makes the folder and the slot in it for this user alone', async () => {
    const path = join(tempFolder(), 'deep', 'state')
    const slot = await take(path)
    expect(slot).toMatchObject({ folder: join(path, 'web-1'), name: 'web-1' })
    expect([modeOf(path), modeOf(slot.folder)]).toEqual(['700', '700'])
  })

  it('uses a folder that others can only read, and closes its own slot to them', async () => {
    const path = tempFolder()
    mkdirSync(join(path, 'web-1'))
    chmodSync(path, 0o755)
    chmodSync(join(path, 'web-1'), 0o777)
    const slot = await take(path)
    expect([modeOf(path), modeOf(slot.folder)]).toEqual(['755', '700'])
  })

  it.each([
    ['group', 0o770],
    ['everybody', 0o777],
    ['everybody, sticky', 0o1777],
  ])('refuses a folder that can be written to by %s, and says what to do', async (_, mode) => {
    const path = tempFolder()
    chmodSync(path, mode)
    const said = await refusal(take(path))
    expect(said).toContain(`state_dir_unusable: The folder ${path} cannot be used: others can write to it (mode 77`)
    expect(said).toContain(
      'Give a folder inside of it, which is then made for this process alone, or take the right away',
    )
    expect(readdirSync(path)).toEqual([])
  })

  it('refuses what is no folder, a path below a file, and a link to nowhere', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'file'), '')
    symlinkSync(join(folder, 'none'), join(folder, 'dangling'))
    const choose = 'Choose another path, or move away what is there.'
    expect(await refusal(take(join(folder, 'file')))).toMatch(`file cannot be used: it is not a folder. ${choose}`)
    expect(await refusal(take(join(folder, 'file', 'state')))).toMatch(`a part of it is not a folder. ${choose}`)
    expect(await refusal(take(join(folder, 'dangling')))).toMatch(
      /state_dir_unusable: .* is a link to something that does not/,
    )
    mkdirSync(join(folder, 'state'), { mode: 0o700 })
    writeFileSync(join(folder, 'state', 'web-1'), '')
    expect(await refusal(take(join(folder, 'state')))).toMatch(`web-1 cannot be used: it is not a folder. ${choose}`)
  })

  it('refuses a slot that is a link: it would lead out of the folder', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'elsewhere'))
    mkdirSync(join(folder, 'state'), { mode: 0o700 })
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'state', 'web-1'))
    expect(await refusal(take(join(folder, 'state')))).toMatch('it is not a folder')
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([])
  })

  it('refuses a file system that is read-only, and a name that is too long', async () => {
    expect(await refusal(take('/proc/trimtab'))).toMatch(
      /^state_dir_unusable: The folder \/proc\/trimtab cannot be used/,
    )
    expect(await refusal(take(join(tempFolder(), 'x'.repeat(300))))).toMatch('its name is too long for the file system')
  })

  it.runIf(isRoot)('refuses what belongs to another user', async () => {
    const path = tempFolder()
    const other = tempFolder()
    chownSync(path, 12_345, 12_345)
    expect(await refusal(take(path))).toMatch(`${path} cannot be used: it belongs to another user`)
    mkdirSync(join(other, 'web-1'), { mode: 0o700 })
    chownSync(join(other, 'web-1'), 12_345, 12_345)
    expect(await refusal(take(other))).toMatch('web-1 cannot be used: it belongs to another user')
  })

  it.each(['', '-a', '.hidden', '..', 'a/b', 'a~2', 'ä', 'x'.repeat(129), 'a b'])(
    'refuses %j as a name',
    async (instance) => {
      const path = join(tempFolder(), 'state')
      expect(await refusal(take(path, instance))).toMatch(/^option_invalid: The option instance has to be 1 to 128/)
      expect(existsSync(path)).toBe(false)
    },
  )

  it('refuses an empty path', async () => {
    expect(await refusal(take(''))).toBe('option_invalid: The option stateDir has to be the path of a folder.')
  })

  it('gives processes of the same name a slot each, and a freed one to the next', async () => {
    const path = tempFolder()
    const first = await take(path)
    const second = await take(path)
    const other = await take(path, 'web-2')
    expect([first.name, second.name, other.name]).toEqual(['web-1', 'web-1~2', 'web-2'])
    expect(await first.siblings()).toEqual([second.folder])
    expect(await second.siblings()).toEqual([first.folder])
    await first.release()
    expect((await take(path)).name).toBe('web-1')
  })
})
