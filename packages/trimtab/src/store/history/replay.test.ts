import { expect, it } from 'vitest'
import type { EnvironmentDocument } from '../document.ts'
import type { Revision } from '../revision.ts'
import { replay, rewind } from './replay.ts'

const empty: EnvironmentDocument = {
  environment: 'checkout/production',
  cursor: { revision: 1, hash: 'one' },
  tree: {},
  overlays: new Map(),
  states: new Map(),
}
const revision = (number: number, hash: string, parent: string): Revision => ({
  cursor: { revision: number, hash },
  parent,
  environment: 'checkout/production',
  author: 'dana',
  message: 'why',
  rollbackTo: undefined,
  at: 1,
  changes: [{ kind: 'tenant', tenant: 'acme', previous: undefined, next: 'active' }],
})
const unknown = expect.objectContaining({ code: 'cursor_unknown' })

it('goes on only with what follows, by number and by hash', () => {
  expect(replay(empty, [revision(2, 'two', 'one')])).toMatchObject({ cursor: { revision: 2, hash: 'two' } })
  for (const wrong of [revision(2, 'two', 'another'), revision(3, 'three', 'one'), revision(1, 'one', '')]) {
    expect(() => replay(empty, [wrong])).toThrow(unknown)
  }
})

it('goes back only over what came last, by number and by hash', () => {
  const before = rewind(empty, [revision(1, 'one', '')])
  expect([before.cursor, before.states.size]).toEqual([{ revision: 0, hash: '' }, 0])
  for (const wrong of [revision(1, 'another', ''), revision(2, 'two', 'one')]) {
    expect(() => rewind(empty, [wrong])).toThrow(unknown)
  }
})
