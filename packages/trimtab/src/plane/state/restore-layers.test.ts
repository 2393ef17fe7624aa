import { describe, expect, it } from 'vitest'
import { config, layerOf } from '../../../../../test/support/state-folder.ts'
import { systemClock } from '../../primitives/time/clock.ts'
import { systemRandom } from '../../primitives/random.ts'
import { scriptedSource, type ScriptedSource } from '../../testing/scripted-source.ts'
import { restoreLayers } from './restore-layers.ts'

const host = { clock: systemClock, random: systemRandom, shape: config.shape }

function restore(kept: Parameters<typeof restoreLayers>[0], sources: readonly ScriptedSource[]) {
  const opened = sources.map((source) => ({ source, reader: source.open(host) }))
  return restoreLayers(kept, { opened, clock: systemClock, readTimeout: 1_000, signal: new AbortController().signal })
}

describe('restoreLayers', () => {
  it('takes what was kept in the order of the sources, reads the rest, and leaves out what is no source any more', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) =>
      scriptedSource({ name, tree: { text: `${name} live` }, optional: true }),
    )
    if (a === undefined || b === undefined || c === undefined) throw new Error('three were made')
    const kept = [
      layerOf('scripted', 'c', { text: 'c kept' }),
      layerOf('scripted', 'gone', {}),
      layerOf('scripted', 'a', { text: 'a kept' }),
    ]
    const restored = await restore(kept, [a, b, c])
    expect(restored).toMatchObject({
      kind: 'restored',
      layers: [{ tree: { text: 'a kept' } }, { tree: { text: 'b live' } }, { tree: { text: 'c kept' } }],
    })
    b.absent()
    expect(await restore(kept, [a, b, c])).toMatchObject({
      layers: [{ source: 'scripted:a' }, { source: 'scripted:c' }],
    })
  })

  it('does not read a source whose layer was kept, and says why when another cannot be read', async () => {
    const broken = scriptedSource({ name: 'a' })
    broken.fail({ code: 'unreadable', severity: 'error', message: 'is on fire' })
    expect(await restore([layerOf('scripted', 'a', {})], [broken])).toMatchObject({ kind: 'restored' })
    expect(await restore([], [broken])).toEqual({ kind: 'unreadable', why: expect.stringContaining('is on fire') })
  })
})
