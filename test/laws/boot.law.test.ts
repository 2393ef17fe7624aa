import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BootDecision } from '../../packages/trimtab/src/plane/state/boot-decision.ts'
import { decideBoot } from '../../packages/trimtab/src/plane/state/decide-boot.ts'
import type { KeptFile } from '../../packages/trimtab/src/plane/state/kept-file.ts'
import { crashLimit, markerFromJson } from '../../packages/trimtab/src/plane/state/marker.ts'
import { StateJournal } from '../../packages/trimtab/src/plane/state/state-journal.ts'
import { systemClock } from '../../packages/trimtab/src/primitives/time/clock.ts'
import { silentLogger } from '../../packages/trimtab/src/primitives/logger.ts'
import { snapshotOf } from '../support/state-folder.ts'

const contents = ['A', 'B', 'C'] as const
type Content = (typeof contents)[number]
type End = 'crash' | 'stable' | 'refused' | 'signal'

/** A start: what is configured, and how it would end with a sound content. */
interface Start {
  readonly configured: Content | undefined
  readonly end: Exclude<End, 'crash'>
}

interface Life {
  readonly start: Start
  readonly decision: BootDecision
  readonly used: string | undefined
  readonly end: End | undefined
  /** What was the last known good before it. */
  readonly lastKnownGood: string | undefined
}

const digestOf = new Map<string, string>(contents.map((content) => [content, snapshotOf(content).digest]))
const starts = fc.array(
  fc.record<Start>({
    configured: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...contents) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    end: fc.oneof(
      { weight: 5, arbitrary: fc.constant('stable' as const) },
      { weight: 1, arbitrary: fc.constantFrom('refused', 'signal') },
    ),
  }),
  { minLength: 1, maxLength: 25 },
)
const crashing = fc.subarray<Content>([...contents])

/** The files of a slot, without a disk. */
interface Disk {
  marker: unknown
  setAside: ReadonlyMap<string, string>
  lastKnownGood: string | undefined
}

function memoryFile(save: (body: unknown) => void): KeptFile {
  return {
    read: () => Promise.reject(new Error('is not read')),
    write: async ({ body }) => save(body),
    remove: async () => save(undefined),
    removeNow: () => save(undefined),
  }
}

async function live(disk: Disk, start: Start, crashes: readonly string[]): Promise<Life> {
  const { lastKnownGood } = disk
  const journal = new StateJournal({
    clock: systemClock,
    logger: silentLogger,
    markerFile: memoryFile((body) => void (disk.marker = body)),
    setAsideFile: memoryFile(() => void (disk.setAside = new Map(journal.setAside))),
    saveStable: async ({ digest }) =>
      void (disk.lastKnownGood = contents.find((content) => digestOf.get(content) === digest)),
    crashed: markerFromJson(disk.marker),
    setAside: disk.setAside,
  })
  const digest = (content: string | undefined) => (content === undefined ? undefined : digestOf.get(content))
  const question = { configured: digest(start.configured), lastKnownGood: async () => digest(lastKnownGood) }
  const decision = await decideBoot(journal, question, silentLogger)
  const used = decision.use === 'neither' ? undefined : decision.use === 'configured' ? start.configured : lastKnownGood
  if (used === undefined) return { start, decision, used, end: undefined, lastKnownGood }

  const end = crashes.includes(used) ? 'crash' : start.end
  await journal.begin(digest(used) ?? '')
  if (end === 'stable') await journal.stable(snapshotOf(used))
  if (end === 'refused') await journal.settle()
  if (end === 'signal') journal.noteStop()
  return { start, decision, used, end, lastKnownGood }
}

async function history(all: readonly Start[], crashes: (index: number) => readonly string[]): Promise<readonly Life[]> {
  const disk: Disk = { marker: undefined, setAside: new Map(), lastKnownGood: undefined }
  const lives: Life[] = []
  for (const [index, start] of all.entries()) lives.push(await live(disk, start, crashes(index)))
  return lives
}

/** How often in a row, up to there, the process ended in the middle of taking this content in as what is configured. */
function crashesInARow(lives: readonly Life[], content: string | undefined): number {
  const other = lives.findLastIndex(
    ({ used, end, decision }) => used !== content || end !== 'crash' || decision.use !== 'configured',
  )
  return lives.length - 1 - other
}

test('a content that ended the process twice in a row is not tried a third time, as long as there is another', async () => {
  await fc.assert(
    fc.asyncProperty(starts, crashing, fc.array(crashing, { maxLength: 25 }), async (all, always, sometimes) => {
      const lives = await history(all, (index) => [...always, ...(sometimes[index] ?? [])])
      for (const [index, { used, decision, lastKnownGood }] of lives.entries()) {
        if (decision.use !== 'configured' || lastKnownGood === undefined || lastKnownGood === used) continue
        expect(crashesInARow(lives.slice(0, index), used)).toBeLessThan(crashLimit)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('nothing but two ends in a row keeps a content that is configured from being used', async () => {
  await fc.assert(
    fc.asyncProperty(starts, crashing, async (all, always) => {
      const lives = await history(all, () => always)
      for (const [index, { start, decision }] of lives.entries()) {
        if (start.configured === undefined || decision.use === 'configured') continue
        // Looking back over starts on the last known good, there they are.
        const before = lives.slice(0, index)
        const since = before.findLastIndex((life) => life.decision.use === 'configured')
        expect(crashesInARow(before.slice(0, since + 1), start.configured)).toBeGreaterThanOrEqual(crashLimit)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('a process comes up within three starts when what is configured or the last known good is sound', async () => {
  await fc.assert(
    fc.asyncProperty(starts, crashing, fc.constantFrom(...contents), async (all, always, configured) => {
      const stable = { configured, end: 'stable' } as const
      const lives = await history([...all, stable, stable, stable], () => always)
      const [first] = lives.slice(-3)
      const isSound = (content: string | undefined) => content !== undefined && !always.some((each) => each === content)
      if (!isSound(configured) && !isSound(first?.lastKnownGood)) return
      expect(lives.slice(-3).map(({ end }) => end)).toContain('stable')
    }),
    { numRuns: 1_000 },
  )
})

test('the last known good is not used again after it has crashed or failed, when something is configured', async () => {
  await fc.assert(
    fc.asyncProperty(starts, fc.array(crashing, { maxLength: 25 }), async (all, sometimes) => {
      const lives = await history(all, (index) => sometimes[index] ?? [])
      for (const [index, { start, decision }] of lives.entries()) {
        const before = lives[index - 1]
        if (start.configured === undefined || before?.decision.use !== 'last_known_good' || before.end !== 'crash')
          continue
        expect(decision.use).toBe('configured')
      }
    }),
    { numRuns: 1_000 },
  )
})

test('a sound content that is newly configured is used at once', async () => {
  await fc.assert(
    fc.asyncProperty(starts, fc.subarray<Content>(['A', 'B']), async (all, always) => {
      const others = all.map(
        ({ configured, end }): Start => ({ configured: configured === 'C' ? 'A' : configured, end }),
      )
      const lives = await history([...others, { configured: 'C', end: 'stable' }], () => always)
      expect(lives.at(-1)).toMatchObject({ used: 'C', end: 'stable', decision: { why: 'nothing_against_it' } })
    }),
    { numRuns: 1_000 },
  )
})
