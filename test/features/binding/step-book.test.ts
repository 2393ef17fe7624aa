import { describe, expect, test } from 'vitest'
import { type Feature, parseFeature } from './read-features.ts'
import { runScenario } from './run-scenario.ts'
import { createStepBook } from './step-book.ts'

class Notes implements AsyncDisposable {
  readonly seen: unknown[] = []
  async [Symbol.asyncDispose]() {
    this.seen.push('end')
  }
}

const feature = (...lines: readonly string[]): Feature =>
  parseFeature(
    ['Feature: All', '  Scenario: one', ...lines.map((line) => `    ${line}`)].join('\n'),
    'features/a.feature',
  )

async function run(
  { scenarios }: Feature,
  book: ReturnType<typeof createStepBook<Notes>>,
  notes = new Notes(),
  signal = new AbortController().signal,
) {
  for (const scenario of scenarios) await runScenario(scenario, book, () => notes, signal)
  return notes.seen
}

describe('the steps of a feature', () => {
  test('are given what their sentences say, in order, and the world ends whatever happens', async () => {
    const book = createStepBook<Notes>()
    book.step('{path} is {value} for {time}', (notes, path, value, time) => notes.seen.push([path, value, time]))
    book.step('{names} see:', (notes, names, { rows }) => notes.seen.push([names, rows]))
    const all = feature('Given pool.max is 20 for 2 minutes', 'Then log, pool and orders see:', '  | a | b |')
    expect(await run(all, book)).toEqual([['pool.max', 20, 120_000], [['log', 'pool', 'orders'], [['a', 'b']]], 'end'])
    expect(book.unused([all])).toEqual([])
  })

  test('fail where nothing is defined for one, and say where it stands', async () => {
    const notes = new Notes()
    await expect(run(feature('Given a tree'), createStepBook<Notes>(), notes)).rejects.toThrow(
      'features/a.feature:3: Given a tree\nThere is no step for: a tree',
    )
    expect(notes.seen).toEqual(['end'])
  })

  test('fail where two definitions fit, and where one is defined twice', async () => {
    const book = createStepBook<Notes>()
    book.step('a {word}', () => {})
    book.step('a tree', () => {})
    await expect(run(feature('Given a tree'), book)).rejects.toThrow('Two steps fit "a tree": "a {word}" and "a tree"')
    expect(() => book.step('a tree', () => {})).toThrow('Defined twice')
  })

  test('are waited for until the time of the test is over, and the world ends then too', async () => {
    const book = createStepBook<Notes>()
    book.step('nothing happens', () => new Promise(() => {}))
    const notes = new Notes()
    const time = new AbortController()
    const running = run(feature('When nothing happens'), book, notes, time.signal)
    time.abort()
    await expect(running).rejects.toThrow('features/a.feature:3: When nothing happens\nIt took too long')
    expect(notes.seen).toEqual(['end'])
  })

  test('are told apart from those that no sentence uses', () => {
    const book = createStepBook<Notes>()
    book.step('a {word}', () => {})
    book.step('nothing like it', () => {})
    expect(book.unused([feature('Given a tree')])).toEqual(['nothing like it'])
  })
})
