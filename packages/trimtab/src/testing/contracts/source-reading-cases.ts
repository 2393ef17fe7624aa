import { isDeepStrictEqual } from 'node:util'
import type { Layer } from '../../model/layer.ts'
import type { Location } from '../../model/origin.ts'
import { printPath, type Segments } from '../../model/path.ts'
import { abortReason } from '../../primitives/concurrency/abort.ts'
import { isPlainObject, type JsonObject } from '../../primitives/json.ts'
import { assertThat, type ContractCase, within } from './contract-case.ts'
import { sampleTrees } from './sample-trees.ts'
import type { SourceBench } from './source-bench.ts'
import type { SourceUnderTest } from './source-harness.ts'
import { holds } from './source-session.ts'

const { empty, first, second } = sampleTrees

/** What a source promises although nothing changes. */
export function readingCases<Made extends SourceUnderTest>(bench: SourceBench<Made>): readonly ContractCase[] {
  const { timeout, test, withSource } = bench
  return [
    test(
      'a source has a name, and a watch exactly when it follows changes',
      first,
      async ({ made: { source }, open }) => {
        const { name, follows } = source
        assertThat(/^[^:]+:./.test(name), `expected a name like kind:rest, received ${JSON.stringify(name)}`)
        const hasWatch = open().watch !== undefined
        assertThat(
          hasWatch === (follows !== 'never'),
          `follows is ${follows}, but watch() is ${hasWatch ? 'there' : 'missing'}`,
        )
        assertThat(source.name === name, 'its name changed when it was opened')
      },
    ),
    test('a reading gives the content in a layer of that source', first, async ({ made, open, layer }) => {
      const given = await layer(open())
      assertThat(holds(given, first), 'the tree is not the content that the source was made with')
      assertThat(given.source === made.source.name, 'the layer names another source')
      assertThat(given.digest !== '', 'the layer has no digest')
    }),
    test('empty content is an empty layer, and not absent', empty, async ({ open, layer }) => {
      assertThat(holds(await layer(open()), empty), 'the tree of empty content is not empty')
    }),
    test('the same content gives the very same layer', first, async ({ open, layer }) => {
      const reader = open()
      const given = await layer(reader)
      for (let count = 0; count < 5; count += 1) {
        assertThat((await layer(reader)) === given, 'reading again gave another layer object for the same content')
      }
    }),
    test('a tree is deeply frozen and made of plain objects', first, async ({ open, layer }) => {
      assertFrozen((await layer(open())).tree, [])
    }),
    test(
      'equal content has equal digests in two sources, and other content another',
      first,
      async ({ open, layer }) => {
        const digestOf = async (tree: JsonObject) => {
          let digest = ''
          await withSource(tree, async (other) => {
            digest = (await other.layer(other.open())).digest
          })
          return digest
        }
        const own = (await layer(open())).digest
        assertThat(own === (await digestOf(first)), 'two sources with the same content gave different digests')
        assertThat(own !== (await digestOf(second)), 'two sources with different content gave the same digest')
      },
    ),
    test('a layer locates every place, known or not', first, async ({ open, layer }) => {
      const given = await layer(open())
      for (const path of [[], ['name'], ['pool'], ['pool', 'max'], ['pool', 'url']]) {
        const location = locate(given, path)
        const below = locate(given, [...path, 'nowhere'])
        // What is unknown stands where the thing stands that it would be in.
        assertThat(isDeepStrictEqual(below, location), `what is below ${shown(path)} is not located where that is`)
        locate(given, [...path, 0, '__proto__', 'constructor'])
      }
    }),
    test('a reading settles when its signal aborts, and the next one is as ever', first, async ({ open, layer }) => {
      const reader = open()
      await settles(timeout, reader.read(AbortSignal.abort()))
      const controller = new AbortController()
      const reading = reader.read(controller.signal)
      controller.abort(abortReason(undefined))
      await settles(timeout, reading)
      assertThat(holds(await layer(reader), first), 'the reading after an aborted one gave something else')
    }),
    test('readings at the same time give the same layer', first, async ({ open, layer }) => {
      const reader = open()
      const layers = await Promise.all([layer(reader), layer(reader), layer(reader)])
      assertThat(new Set(layers).size === 1, 'three readings at once gave different layers for the same content')
    }),
    test('closing one reader leaves another one as it is', first, async ({ open, layer }) => {
      const [one, other] = [open(), open()]
      const digest = (await layer(one)).digest
      await within(timeout, 'close()', one.close())
      assertThat((await layer(other)).digest === digest, 'the second reader gave something else')
    }),
    test('closing is done once, however often it is asked for', first, async ({ open, layer }) => {
      const unread = open()
      await within(timeout, 'close() before any reading', unread.close())
      const reader = open()
      await layer(reader)
      await within(timeout, 'close() twice at once', Promise.all([reader.close(), reader.close()]))
      await within(timeout, 'close() once more', reader.close())
    }),
  ]
}

/** Resolves when the reading has given anything or rejected with anything. */
async function settles(timeout: number, reading: Promise<unknown>): Promise<void> {
  const settled = reading.then(
    () => undefined,
    () => undefined,
  )
  await within(timeout, 'the end of a reading whose signal has aborted', settled)
}

function assertFrozen(value: unknown, path: Segments): void {
  if (typeof value !== 'object' || value === null) return
  assertThat(Object.isFrozen(value), `the tree is not frozen at ${shown(path)}`)
  assertThat(Array.isArray(value) || isPlainObject(value), `the tree holds an instance of a class at ${shown(path)}`)
  for (const [key, child] of Object.entries(value)) assertFrozen(child, [...path, key])
}

function locate(layer: Layer, path: Segments): Location | undefined {
  const location = layer.locate(path)
  if (location?.kind !== 'file') return location
  const { file, line = 1, column = 1 } = location
  assertThat(file !== '', `the location of ${shown(path)} names no file`)
  for (const position of [line, column]) {
    assertThat(Number.isInteger(position) && position >= 1, `lines and columns count from 1, received ${position}`)
  }
  return location
}

function shown(path: Segments): string {
  return path.length === 0 ? 'the root' : printPath(path)
}
