import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { systemClock } from '../../primitives/time/clock.ts'
import { deferred } from '../../primitives/concurrency/deferred.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { fileResolver } from './file-resolver.ts'

const resolver = fileResolver({ clock: createManualClock() })
const signal = new AbortController().signal
const resolve = (name: string) => resolver.resolve(name, { signal })

function write(content: string | Uint8Array): string {
  const path = join(tempFolder(), 'secret')
  writeFileSync(path, content)
  return path
}

async function failureOf(name: string) {
  const result = await resolve(name)
  if (result.ok) throw new Error('expected a failure')
  return result.error
}

describe('the file resolver', () => {
  it.each([
    ['the text as it is', 'hunter2', 'hunter2'],
    ['one line break away', 'hunter2\n', 'hunter2'],
    ['one line break of Windows away', 'hunter2\r\n', 'hunter2'],
    ['no second line break away', 'hunter2\n\n', 'hunter2\n'],
    ['no blank away', ' hunter2 \n', ' hunter2 '],
    ['lines in it', 'a\nb\n', 'a\nb'],
    ['nothing', '', ''],
    ['a reference as text', '${env:HOME}', '${env:HOME}'],
    ['no byte order mark', '\ufeffhunter2', 'hunter2'],
    ['other scripts', 'пароль', 'пароль'],
  ])('gives %s', async (_, content, value) => {
    expect(await resolve(write(content))).toEqual({ ok: true, value })
  })

  it('takes 64 KiB and not a byte more', async () => {
    expect((await resolve(write('x'.repeat(64 * 1024)))).ok).toBe(true)
    expect(await failureOf(write('x'.repeat(64 * 1024 + 1)))).toMatchObject({
      kind: 'failed',
      message: 'is larger than 64 KiB',
    })
  })

  it('follows links to a regular file', async () => {
    const path = write('hunter2')
    symlinkSync(path, `${path}-link`)
    expect(await resolve(`${path}-link`)).toEqual({ ok: true, value: 'hunter2' })
  })

  it('reads neither folders nor devices nor pipes, and does not wait for the writer of one', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'folder'))
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', join(folder, 'pipe')])
    symlinkSync(join(folder, 'pipe'), join(folder, 'link'))
    for (const name of [join(folder, 'folder'), join(folder, 'pipe'), join(folder, 'link'), '/dev/zero', '/dev/null']) {
      expect(await failureOf(name)).toMatchObject({ kind: 'failed', message: 'is not a regular file' })
    }
  })

  it('refuses what is no UTF-8 and shows none of it', async () => {
    const failure = await failureOf(write(Buffer.from('hunter2-planted\xff', 'latin1')))
    expect(failure).toMatchObject({ kind: 'failed', message: 'is not UTF-8 text' })
    expect(JSON.stringify(failure)).not.toContain('hunter2')
  })

  it('tells a file that does not exist from one that cannot be read', async () => {
    const folder = tempFolder()
    expect(await failureOf(join(folder, 'missing'))).toMatchObject({ kind: 'unset' })
    expect(await failureOf(join(write('x'), 'below'))).toMatchObject({ kind: 'unset' })
    symlinkSync(join(folder, 'loop'), join(folder, 'loop'))
    expect(await failureOf(join(folder, 'loop'))).toMatchObject({
      kind: 'failed',
      message: 'could not be read (ELOOP)',
    })
  })

  it.each(['secret', './secret', '../secret', '', '~/secret', 'file:///secret', '/a\0b'])(
    'refuses %j',
    async (name) => {
      expect(await failureOf(name)).toMatchObject({ kind: 'failed', message: 'is not an absolute path' })
    },
  )

  it('wakes when a file is rotated', async () => {
    const path = write('old')
    const controller = new AbortController()
    let woken = deferred<void>()
    const watching = fileResolver({ clock: systemClock }).watch?.(path, () => woken.resolve(), controller.signal)
    // The first wake-up says that watching has begun.
    await woken.promise
    woken = deferred()
    writeFileSync(`${path}-new`, 'new')
    renameSync(`${path}-new`, path)
    await woken.promise
    expect(await resolve(path)).toEqual({ ok: true, value: 'new' })
    controller.abort()
    await watching
  })
})
