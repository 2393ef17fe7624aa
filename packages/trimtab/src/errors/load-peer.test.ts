import { expect, it } from 'vitest'
import { loadPeer } from './load-peer.ts'

const missing = (name: string, code: string) => Object.assign(new Error(`Cannot find package '${name}'`), { code })

it('gives what was loaded', async () => {
  expect(await loadPeer('pino', async () => 'loaded')).toBe('loaded')
})

it.each(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])(
  'names the command that installs a missing package (%s)',
  async (code) => {
    const load = loadPeer('undici', () => Promise.reject(missing('undici', code)))
    await expect(load).rejects.toMatchObject({
      code: 'dependency_missing',
      message: expect.stringContaining('npm install undici'),
      details: { package: 'undici' },
    })
  },
)

it('passes on why an installed package could not be loaded', async () => {
  const broken = missing('thread-stream', 'ERR_MODULE_NOT_FOUND')
  await expect(loadPeer('pino', () => Promise.reject(broken))).rejects.toBe(broken)
  const thrown = new Error('syntax')
  await expect(loadPeer('pino', () => Promise.reject(thrown))).rejects.toBe(thrown)
})
