import { chmodSync, readdirSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../../../../../../test/support/temp-folder.ts'
import { holdFolder } from './hold-folder.ts'

describe('holdFolder', () => {
  it('makes the folder, for this user alone, and leaves nothing in it', async () => {
    const path = join(tempFolder(), 'a', 'store')
    const held = await holdFolder(path)
    expect(held.folder).toBe(path)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    await held.release()
    await held.release()
    expect(readdirSync(path)).toEqual([])
  })

  it('refuses whoever comes second, and says who is there', async () => {
    const path = tempFolder()
    const held = await holdFolder(path)
    const refused = await holdFolder(path).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'store_in_use', details: { folder: path } })
    expect(String(refused)).toContain(`process ${process.pid} on ${hostname()}, since 20`)
    await held.release()
    await (await holdFolder(path)).release()
  })

  it('refuses a folder that others can write to, and what is no path', async () => {
    const path = tempFolder()
    chmodSync(path, 0o777)
    // It may be that of a store, or of whatever else: it is not called a state folder.
    const message = expect.stringContaining(`The folder ${path} cannot be used`)
    await expect(holdFolder(path)).rejects.toMatchObject({ code: 'state_dir_unusable', message })
    await expect(holdFolder('')).rejects.toMatchObject({ code: 'option_invalid' })
  })
})
