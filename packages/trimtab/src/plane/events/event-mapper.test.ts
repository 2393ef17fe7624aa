import { expect, test } from 'vitest'
import { createChanges } from '../../model/changes.ts'
import { parsePath, printPath } from '../../model/path.ts'
import type { Outcome } from '../../reload/outcome.ts'
import { longestList } from './bounded.ts'
import { createEventMapper } from './event-mapper.ts'

const pathOf = (text: string) => printPath(parsePath(text))

test('a change of many fields is told with the first of them, and how many there are', () => {
  const many = 5_000
  const places = Array.from({ length: many }, (_, index) => pathOf(`f${index}`))
  const changes = createChanges(places.map((path) => ({ kind: 'added', path, next: 'x'.repeat(1_000) })))
  const problem = { code: 'required', severity: 'error', message: 'is not set' } as const
  const outcome: Outcome = {
    id: 'r2',
    triggers: ['file'],
    dryRun: false,
    generation: 2,
    digest: 'd',
    plan: undefined,
    modules: places.map((path) => ({ module: path as never, status: 'undone', action: 'started', duration: 0 })),
    pendingRestart: places.map((path) => ({ path, running: '1', configured: '2' })),
    problems: places.map((path) => ({ ...problem, path })),
    startedAt: 0,
    endedAt: 1,
    duration: 1,
    status: 'full_success',
    changes,
    bakeSkipped: false,
  }
  const drafts = createEventMapper((text) => text)({ kind: 'settled', outcome, repeated: false })
  const { type, data } = drafts.at(-1) ?? {}
  expect(type).toBe('dev.trimtab.reload.completed')
  expect(data).toMatchObject({
    changes: { length: longestList },
    changeCount: many,
    modules: { length: longestList },
    moduleCount: many,
    problems: { length: longestList },
    problemCount: many,
    pendingRestart: { length: longestList },
  })
  expect(JSON.stringify(data).length).toBeLessThan(100_000)
})

test('a reload whose commit nobody told of has its modules told at its end', () => {
  const mapper = createEventMapper((text) => text)
  expect(mapper({ kind: 'stuck', stuck: [] })).toEqual([{ type: 'dev.trimtab.module.cleared', data: {} }])
  expect(mapper({ kind: 'breaker', state: { kind: 'closed' } })).toEqual([
    { type: 'dev.trimtab.breaker.closed', data: {} },
  ])
})
