import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { defineConfig } from '../schema/define-config.ts'
import { dynamic } from '../schema/marks.ts'
import { createTestPlane } from '../testing/test-plane.ts'
import { defineModule } from './define-module.ts'

const server = dynamic(
  z.object({ url: z.string().default('a'), tags: z.array(z.string()).default([]), max: z.number().default(1) }),
)
const config = defineConfig(z.object({ one: server, many: z.record(z.string(), server).default({}) }))

const hooks = { start: () => ({}), reload: () => {} }

it('a change of a named field brings a new resource, any other is made in place', async () => {
  const one = defineModule({ name: 'one', config: config.section('one'), replaceOn: ['url', 'tags'], ...hooks })
  const plane = await createTestPlane(config, { modules: [one] })
  onTestFinished(async () => void (await plane.close()))
  const actionFor = async (tree: { url?: string; tags?: string[]; max?: number }) =>
    (await plane.set({ one: tree })).modules
  expect(await actionFor({ max: 2 })).toMatchObject([{ action: 'reloaded' }])
  expect(await actionFor({ max: 3, tags: ['x'] })).toMatchObject([{ action: 'replaced' }])
  expect(await actionFor({ max: 4, tags: ['x'] })).toMatchObject([{ action: 'reloaded' }])
  expect(await actionFor({ max: 4, tags: ['x'], url: 'b' })).toMatchObject([{ action: 'replaced' }])
})

it('it holds for each key of a record', async () => {
  const many = defineModule({ name: 'many', config: config.section('many'), each: true, replaceOn: ['url'], ...hooks })
  const plane = await createTestPlane(config, { tree: { many: { x: {}, y: {} } }, modules: [many] })
  onTestFinished(async () => void (await plane.close()))
  const outcome = await plane.set({ many: { x: { max: 2 }, y: { url: 'b' } } })
  expect(outcome.modules).toMatchObject([
    { module: 'many["x"]', action: 'reloaded' },
    { module: 'many["y"]', action: 'replaced' },
  ])
})

it('what an exclusive module cannot change in place waits for a restart', async () => {
  const one = defineModule({
    name: 'one',
    config: config.section('one'),
    exclusive: true,
    replaceOn: ['url'],
    ...hooks,
  })
  const plane = await createTestPlane(config, { modules: [one] })
  onTestFinished(async () => void (await plane.close()))
  const outcome = await plane.set({ one: { url: 'b' } })
  expect(outcome.pendingRestart).toMatchObject([{ path: 'one.url', module: 'one' }])
  expect(plane.config.one.url).toBe('a')
})

it('it is refused without a reload, and for a field that the section has not', () => {
  const define = () =>
    defineModule({ name: 'one', config: config.section('one'), replaceOn: ['url'], start: () => ({}) })
  expect(define).toThrow('has `replaceOn`, which is for modules with `reload`')
  // @ts-expect-error the section has no such field
  defineModule({ name: 'one', config: config.section('one'), replaceOn: ['ulr'], ...hooks })
})
