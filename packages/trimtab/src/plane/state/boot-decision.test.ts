import { describe, expect, it } from 'vitest'
import { type BootFacts, bootDecision, isSuspect } from './boot-decision.ts'
import { type Marker, markerFromJson, markerOf, markerToJson } from './marker.ts'

const none: BootFacts = { crashed: undefined, configured: 'D', lastKnownGood: 'L', setAside: new Map() }
const crash = (digest: string, count: number, origin: Marker['origin'] = 'configured'): Marker => ({
  digest,
  count,
  origin,
})
const aside = new Map([['D', 'health undid it']])

const table: readonly [promise: string, facts: Partial<BootFacts>, use: string, why: string | undefined][] = [
  ['nothing happened', {}, 'configured', 'nothing_against_it'],
  ['the first start ever', { lastKnownGood: undefined }, 'configured', 'nothing_against_it'],
  ['the configured content crashed once', { crashed: crash('D', 1) }, 'configured', 'nothing_against_it'],
  ['it crashed twice in a row', { crashed: crash('D', 2) }, 'last_known_good', 'crashed'],
  ['it crashed three times', { crashed: crash('D', 3) }, 'last_known_good', 'crashed'],
  [
    'it crashed twice, and nothing else is there',
    { crashed: crash('D', 2), lastKnownGood: undefined },
    'configured',
    'no_last_known_good',
  ],
  [
    'it crashed twice, and is the last known good',
    { crashed: crash('D', 2), lastKnownGood: 'D' },
    'configured',
    'is_last_known_good',
  ],
  ['another content crashed twice', { crashed: crash('E', 2) }, 'configured', 'nothing_against_it'],
  ['it is set aside', { setAside: aside }, 'last_known_good', 'set_aside'],
  ['it is set aside and crashed once', { setAside: aside, crashed: crash('D', 1) }, 'last_known_good', 'set_aside'],
  [
    'it is set aside, and nothing else is there',
    { setAside: aside, lastKnownGood: undefined },
    'configured',
    'no_last_known_good',
  ],
  [
    'it is set aside, and is the last known good',
    { setAside: aside, lastKnownGood: 'D' },
    'configured',
    'is_last_known_good',
  ],
  [
    'the last known good crashed in its place',
    { setAside: aside, crashed: crash('L', 1, 'last_known_good') },
    'configured',
    'last_known_good_failed',
  ],
  [
    'the last known good crashed under another digest than today',
    { setAside: aside, crashed: crash('L-yesterday', 1, 'last_known_good') },
    'configured',
    'last_known_good_failed',
  ],
  ['another content is set aside', { setAside: new Map([['E', 'why']]) }, 'configured', 'nothing_against_it'],
  ['the sources are unreadable', { configured: undefined }, 'last_known_good', 'unreadable'],
  [
    'the sources are unreadable, and the last known good crashed',
    { configured: undefined, crashed: crash('L', 1, 'last_known_good') },
    'last_known_good',
    'unreadable',
  ],
  ['nothing can be read at all', { configured: undefined, lastKnownGood: undefined }, 'neither', undefined],
]

describe('bootDecision', () => {
  it.each(table)('when %s', (_, facts, use, why) => {
    const decision = bootDecision({ ...none, ...facts })
    expect(decision.use).toBe(use)
    expect('why' in decision ? decision.why : undefined).toBe(why)
  })

  it('has something to say exactly when it is not simply what is configured', () => {
    for (const [promise, facts, , why] of table) {
      const { message } = bootDecision({ ...none, ...facts })
      if (why === 'nothing_against_it') expect(message, promise).toBeUndefined()
      else expect(message, promise).toMatch(/^(The|What is) config/)
    }
  })

  it('asks for the last known good only where it can matter', () => {
    expect(isSuspect({ ...none, crashed: crash('E', 5) })).toBe(false)
    expect(isSuspect({ ...none, crashed: crash('D', 1) })).toBe(false)
    expect(isSuspect({ ...none, crashed: crash('D', 2) })).toBe(true)
    expect(isSuspect({ ...none, setAside: aside })).toBe(true)
  })
})

describe('a marker', () => {
  it('counts attempts at one content in a row, each origin by itself', () => {
    expect(markerOf('D', 'configured', undefined).count).toBe(1)
    expect(markerOf('D', 'configured', crash('D', 1)).count).toBe(2)
    expect(markerOf('D', 'configured', crash('E', 7)).count).toBe(1)
    expect(markerOf('D', 'configured', crash('D', 7, 'last_known_good')).count).toBe(1)
  })

  it('reads what it wrote, and nothing else', () => {
    const marker = crash('D', 3, 'last_known_good')
    expect(markerFromJson(markerToJson(marker))).toEqual(marker)
    for (const other of [null, [], 'D', {}, { ...marker, count: '3' }, { ...marker, origin: 'moon' }]) {
      expect(markerFromJson(other)).toBeUndefined()
    }
  })
})
