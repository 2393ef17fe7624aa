import { create } from 'jsondiffpatch'
import microdiff from 'microdiff'
import { diffTrees } from '../../../packages/trimtab/dist/model/diff.js'
import { setAt } from '../../../packages/trimtab/dist/model/edit.js'
import type { JsonObject } from 'trimtab'
import { compared } from '../measure/compare.ts'
import { interleave, looped } from '../measure/interleave.ts'
import type { Measured } from '../measure/measured.ts'
import type { Limit, Row } from '../measure/row.ts'
import { loadDeepDiff } from '../peers/untyped.ts'
import { numberTree } from '../subjects/trees.ts'

interface Subject {
  readonly name: string
  readonly previous: JsonObject
  /** Places that the next one has other values at; everything else is shared, as from snapshot to snapshot. */
  readonly changed: readonly string[][]
  readonly limit?: Limit
}

const nested = {
  server: { host: 'localhost', port: 8080, tls: { enabled: false, version: '1.2' } },
  pool: { min: 1, max: 10, idle: 30_000 },
  log: { level: 'info', format: { kind: 'json', colour: false } },
} as const

const place = (section: number, field: number) => [`section${section}`, `field${field}`]

const subjects: readonly Subject[] = [
  { name: 'diff simple, 3 leaves', previous: { host: 'localhost', port: 8080, debug: false }, changed: [['port']] },
  {
    name: 'diff nested, 10 leaves',
    previous: nested,
    changed: [
      ['server', 'tls', 'enabled'],
      ['pool', 'max'],
    ],
  },
  {
    name: 'diff of 60 leaves, 5 changed',
    previous: numberTree([12, 5]),
    changed: [0, 1, 3].map((field) => place(3, field)).concat([2, 4].map((field) => place(7, field))),
    limit: { atLeast: 5 },
  },
  {
    name: 'diff of 60 leaves, 5 changed in 5 sections',
    previous: numberTree([12, 5]),
    changed: [0, 1, 2, 3, 4].map((index) => place(index * 2, index)),
  },
  {
    name: 'diff of 10,000 leaves, 10 changed',
    previous: numberTree([100, 10, 10]),
    changed: Array.from({ length: 10 }, (_, index) => [`section${index * 9}`, ...place(index, index)]),
    limit: { atLeast: 40 },
  },
]

/** Comparing two snapshots, in microseconds a comparison. */
export async function measure(): Promise<Measured> {
  const rows: Row[] = []
  for (const subject of subjects) rows.push(...(await measureSubject(subject)))
  return rows
}

async function measureSubject({ name, previous, changed, limit }: Subject): Promise<readonly Row[]> {
  const next = changed.reduce((tree, path) => setAt(tree, path, -1), previous)
  const patcher = create()
  const deepDiff = loadDeepDiff()
  const differ = (diff: (previous: JsonObject, next: JsonObject) => unknown) =>
    looped((times) => {
      let last: unknown
      // There and back, so that no two comparisons that follow each other are the same one.
      for (let index = 0; index < times; index += 1) last = index & 1 ? diff(next, previous) : diff(previous, next)
      return last
    })
  const times = await interleave(
    {
      own: differ(diffTrees),
      microdiff: differ((a, b) => microdiff(a, b)),
      deepDiff: differ((a, b) => deepDiff(a, b)),
      jsondiffpatch: differ((a, b) => patcher.diff(a, b)),
    },
    { rounds: 31 },
  )
  const own = { unit: 'µs', times: times.own } as const
  return [
    compared({ ...own, name, peer: 'microdiff', peerTimes: times.microdiff, isFaster: true, ...(limit && { limit }) }),
    compared({ ...own, name, peer: 'deep-diff', peerTimes: times.deepDiff, isFaster: true }),
    compared({ ...own, name, peer: 'jsondiffpatch', peerTimes: times.jsondiffpatch, isFaster: true }),
  ]
}
