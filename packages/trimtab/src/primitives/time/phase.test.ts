import { expect, it, test } from 'vitest'
import { siblingPhase } from './phase.ts'

const at = (name: string, pid: number, what: string) => siblingPhase({ name, pid })?.(what)

it.each(['web', 'web-1a', '', 'web-1234567890', 'web-17\n', 'web-١٧'])('%j is no name in a sequence', (name) => {
  expect(at(name, 1, 'db')).toBeUndefined()
})

test('name, process and what is done each move it, and the same ones never do', () => {
  const phases = [
    at('web-17', 1, 'db'),
    at('web-18', 1, 'db'),
    at('api-17', 1, 'db'),
    at('17', 1, 'db'),
    at('web-17', 2, 'db'),
    at('web-17', 1, 'queue'),
  ]
  expect(new Set(phases).size).toBe(phases.length)
  expect(at('web-17', 1, 'db')).toBe(phases[0])
})

test('a sequence goes on where digits are added, and zeros before them say nothing', () => {
  expect(at('web-017', 1, 'db')).toBe(at('web-17', 1, 'db'))
  const [nine, ten, eleven] = [9, 10, 11].map((ordinal) => at(`web-${ordinal}`, 1, 'db') ?? Number.NaN)
  const step = (from = Number.NaN, to = Number.NaN) => (to - from + 1) % 1
  expect(step(nine, ten)).toBeCloseTo(step(ten, eleven), 9)
})
