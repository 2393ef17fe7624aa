import { expect } from 'vitest'
import { valueOf } from '../parameter-types.ts'
import { valueAt } from '../world/shop-config.ts'
import type { Step } from '../world/world.ts'

/** What those who read the configuration see and hear. */
export function readerSteps(step: Step): void {
  step('a reader looks at {path} and {path} all the time', ({ reader }, first, second) =>
    reader.lookAt([first, second]),
  )
  step('the reader has seen:', ({ reader }, { rows }) => {
    expect(reader.seen).toEqual(rows.map((row) => row.map(valueOf)))
  })
  step('a reader holds the configuration as it is', ({ reader }) => reader.hold())
  step('the reader still works with {path} {value}', ({ reader }, path, value) => {
    expect(valueAt(reader.held, path)).toBe(value)
  })

  step('somebody watches {path}', ({ reader }, path) => reader.watch(path))
  step('somebody who breaks watches {path}', ({ reader }, path) => reader.breakAt(path))
  step('the watcher has heard:', ({ reader }, { rows }) => {
    expect(reader.told).toEqual(
      rows.map(([previous = '', next = '']) => ({ previous: valueOf(previous), next: valueOf(next) })),
    )
  })
  step('the watcher has heard nothing', ({ reader }) => {
    expect(reader.told).toEqual([])
  })
}
