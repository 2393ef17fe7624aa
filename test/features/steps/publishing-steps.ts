import type { PlanePublishResult } from 'trimtab'
import { expect } from 'vitest'
import { valueOf } from '../parameter-types.ts'
import { valueAt } from '../world/shop-config.ts'
import type { Step, World } from '../world/world.ts'

/** What people publish, and what they are told of it. */
export function publishingSteps(step: Step): void {
  step('the shop reads a store that says:', ({ publishers }, { rows }) =>
    publishers.open(rows.map(([path = '', value = '']) => publishers.edit(path, valueOf(value)))),
  )
  step('the shop reads a store, in which tenants may order:', ({ publishers }, { rows }) =>
    publishers.open(
      rows.map(([tenant = '', orders = '']) => publishers.edit('limits.orders', valueOf(orders), tenant)),
    ),
  )
  step('the store knows what the shop can read', ({ publishers }) => publishers.register())
  step("the store can't be reached", ({ publishers }) => reach(publishers, false))
  step('the store can be reached again', ({ publishers }) => reach(publishers, true))

  step('{word} publishes {path} {value}', ({ publishers }, author, path, value) =>
    publishers.publish(author, [publishers.edit(path, value)]),
  )
  step('{word} publishes {path} {value} for {word}', ({ publishers }, author, path, value, tenant) =>
    publishers.publish(author, [publishers.edit(path, value, tenant)]),
  )
  step('{word} publishes {path} {value} from elsewhere', ({ publishers }, author, path, value) =>
    publishers.publishElsewhere(author, [publishers.edit(path, value)]),
  )
  step('{word} publishes together:', ({ publishers }, author, { rows }) =>
    publishers.publish(
      author,
      rows.map(([path = '', value = '']) => publishers.edit(path, valueOf(value))),
    ),
  )
  step('dana publishes that {word} is suspended', ({ publishers }, tenant) =>
    publishers.publish('dana', [publishers.move(tenant, 'suspended')]),
  )
  step('dana publishes that {word} is removed', ({ publishers }, tenant) =>
    publishers.publish('dana', [publishers.move(tenant, 'removed')]),
  )
  step(
    'at the same moment {word} publishes {path} {value} and {word} publishes {path} {value}',
    async ({ publishers }, one, path, value, other, otherPath, otherValue) => {
      await Promise.all([
        publishers.publish(one, [publishers.edit(path, value)]),
        publishers.publish(other, [publishers.edit(otherPath, otherValue)]),
      ])
    },
  )
  step('the other publishes it again', ({ publishers }) => {
    const { author, edits } = publishers.first('conflict')
    return publishers.publish(author, edits)
  })
  step('{word} goes back to revision {int}', ({ publishers }, author, revision) => publishers.goBack(author, revision))

  step('{word} is told that it is in force', ({ publishers }, author) => expectInForce(publishers.by(author)))
  step('{word} is told that {word} refuses it', ({ publishers }, author, module) => {
    const problems = [{ module, message: 'it is not possible' }]
    expect(publishers.by(author)).toMatchObject({ outcome: { status: 'validation_failed', problems } })
  })
  step('one of them is told that it is in force, and the other that somebody was first', ({ publishers }) => {
    expect(publishers.published).toHaveLength(2)
    const { result } = publishers.first('published')
    expectInForce(result)
    expect(publishers.first('conflict').result).toMatchObject({
      current: result.kind === 'published' && result.cursor,
    })
  })
  step('the shop runs with what the one published', (world) => expectRunning(world, 'published'))
  step('the shop runs with what the other published', (world) => expectRunning(world, 'conflict'))
  step('{word} is refused because of {path}', ({ publishers }, author, path) => {
    expect(publishers.by(author)).toMatchObject({ kind: 'refused', problems: [{ path }] })
  })
  step('{word} is told to write {string}', ({ publishers }, author, text) => {
    const problems = [{ message: expect.stringContaining(`Write ${text}`) }]
    expect(publishers.by(author)).toMatchObject({ problems })
  })
  step('{word} is not told {string}', ({ publishers }, author, text) => {
    expect(JSON.stringify(publishers.by(author))).not.toContain(text)
  })

  step('{path} comes from revision {int}, by {word}', ({ shop }, path, revision, author) => {
    expect(shop.plane.explain(path).origin?.location).toEqual({ kind: 'revision', revision, author })
  })
  step('the newest revision is {int}', async ({ publishers }, revision) => {
    expect((await publishers.history())[0]?.cursor.revision).toBe(revision)
  })
  step('the revisions are, the newest first:', async ({ publishers }, { rows }) => {
    const found = (await publishers.history()).map(({ cursor, author, rollbackTo }) => [
      String(cursor.revision),
      author,
      rollbackTo === undefined ? '' : `brings back revision ${rollbackTo}`,
    ])
    expect(found).toEqual(rows)
  })
  step('the shop says that what it has of the store is at least {time} old', ({ publishers, shop }, time) => {
    const { status } = publishers
    expect(status?.age).toBeGreaterThanOrEqual(time)
    expect(status?.readAt).toBe(shop.clock.now() - (status?.age ?? 0))
    expect(status?.staleSince).toBeDefined()
  })
  step('the shop says that what it has of the store is current', ({ publishers }) => {
    expect(publishers.status).toMatchObject({ staleSince: undefined, lastError: undefined })
    // As often as that it asks, whether it is told of anything or not.
    expect(publishers.status?.age).toBeLessThanOrEqual(5_000)
  })
}

/** Nothing is told and nothing is read while it can't be reached. */
function reach({ store }: World['publishers'], isReached: boolean): void {
  store.faults.down = !isReached
  store.faults.deaf = !isReached
}

function expectInForce(result: PlanePublishResult): void {
  if (result.kind !== 'published') throw new Error(`It ended as ${result.kind}`)
  const statuses = [...(result.outcome === undefined ? [] : [result.outcome]), ...result.tenants].map(
    ({ status }) => status,
  )
  expect(statuses.length).toBeGreaterThan(0)
  expect(statuses.filter((status) => status !== 'full_success' && status !== 'applied')).toEqual([])
}

/** With the value that the first who was told so had published. */
function expectRunning({ publishers, shop }: World, kind: PlanePublishResult['kind']): void {
  const [edit] = publishers.first(kind).edits
  if (edit === undefined || !('value' in edit)) throw new Error('No value was published')
  expect(valueAt(shop.plane.config, edit.path)).toBe(edit.value)
}
