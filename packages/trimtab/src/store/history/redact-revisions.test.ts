import { expect, it } from 'vitest'
import { printPath } from '../../model/path.ts'
import type { Revision } from '../revision.ts'
import type { SchemaThread } from '../schemas/schema-thread.ts'
import { redactRevisions } from './redact-revisions.ts'

const revision: Revision = {
  cursor: { revision: 1, hash: 'a' },
  parent: '',
  environment: 'checkout/production',
  author: 'dana',
  message: 'why',
  rollbackTo: undefined,
  at: 1,
  changes: [
    { kind: 'tenant', tenant: 'acme', previous: undefined, next: 'active' },
    { kind: 'leaf', tenant: 'acme', path: printPath(['a']), previous: 'hunter2', next: undefined },
    { kind: 'leaf', tenant: 'acme', path: printPath(['b']), previous: undefined, next: ['hunter2'] },
  ],
}
const registered = { app: 'checkout', version: '1', schema: {}, registeredAt: 1, live: false }

/** A thread whose schemas take too long. */
const hung: SchemaThread = {
  ask: async () => ({ kind: 'unanswered', why: 'took too long' }),
  close: async () => {},
}

it('hides every value where the schemas can not be asked', async () => {
  const shown = await redactRevisions([revision], { schemas: [registered], schemes: [], thread: hung })
  expect(shown[0]?.changes).toEqual([
    revision.changes[0],
    { ...revision.changes[1], previous: '[secret]' },
    { ...revision.changes[2], next: '[secret]' },
  ])
})

it('gives history as it is where nobody has said what is secret', async () => {
  const revisions = [revision]
  expect(await redactRevisions(revisions, { schemas: [], schemes: [], thread: hung })).toBe(revisions)
})
