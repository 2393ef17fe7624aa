import { cloneJson } from '../../primitives/json.ts'
import { isDeepStrictEqual } from 'node:util'
import { assertThat, type ContractCase, within } from './contract-case.ts'
import { sampleTrees, sampleWithMax } from './sample-trees.ts'
import type { SourceBench } from './source-bench.ts'
import type { SourceHarness, SourceUnderTest } from './source-harness.ts'
import { describeReading, holds } from './source-session.ts'

const { empty, first, second } = sampleTrees

/** What a source promises when its content changes, vanishes or cannot be read, as far as the harness can make it so. */
export function changeCases<Made extends SourceUnderTest>(bench: SourceBench<Made>): readonly ContractCase[] {
  const { put, remove, spoil } = bench.harness
  return [
    ...(put === undefined ? [] : putCases(bench, put)),
    ...(remove === undefined ? [] : removeCases(bench, remove)),
    ...(spoil === undefined ? [] : spoilCases(bench, spoil)),
    ...(put === undefined || remove === undefined ? [] : returnCases('vanished', bench, put, remove)),
    ...(put === undefined || spoil === undefined ? [] : returnCases('was unreadable', bench, put, spoil)),
  ]
}

type Put<Made extends SourceUnderTest> = NonNullable<SourceHarness<Made>['put']>
type Harm<Made extends SourceUnderTest> = NonNullable<SourceHarness<Made>['remove']>

function putCases<Made extends SourceUnderTest>(
  { test, timeout }: SourceBench<Made>,
  put: Put<Made>,
): readonly ContractCase[] {
  return [
    test('changed content is given, and earlier layers stay as they were', first, async ({ made, open, layer }) => {
      const reader = open()
      const earlier = await layer(reader)
      const copy = cloneJson(earlier.tree)
      await put(made, second)
      const later = await layer(reader)
      assertThat(holds(later, second), 'the reading after a change does not give the new content')
      assertThat(later.digest !== earlier.digest, 'other content has the same digest')
      assertThat(isDeepStrictEqual(cloneJson(earlier.tree), copy), 'the layer of an earlier reading was altered')
      await put(made, first)
      assertThat((await layer(reader)).digest === earlier.digest, 'the earlier content has another digest than before')
    }),
    test('a change wakes whoever watches', first, async ({ made, open, layer, follow }) => {
      const reader = open()
      await layer(reader)
      const following = follow(reader)
      for (const tree of [second, first, empty, second]) {
        await put(made, tree)
        await following.until('the new content is read', async () => holds(await layer(reader), tree))
      }
    }),
    test('a change between a reading and the watch wakes as well', first, async ({ made, open, layer, follow }) => {
      const reader = open()
      await layer(reader)
      await put(made, second)
      await follow(reader).until('the new content is read', async () => holds(await layer(reader), second))
    }),
    test('the last of many changes is seen', first, async ({ made, open, layer, follow }) => {
      const reader = open()
      await layer(reader)
      const following = follow(reader)
      for (let max = 100; max < 150; max += 1) await put(made, sampleWithMax(max))
      await following.until('the last content is read', async () => holds(await layer(reader), sampleWithMax(149)))
    }),
    test('every reader is woken, and each has its own watch', first, async ({ made, open, layer, follow }) => {
      const readers = [open(), open()]
      for (const reader of readers) await layer(reader)
      const followed = readers.map((reader) => ({ reader, following: follow(reader) }))
      await put(made, second)
      for (const { reader, following } of followed) {
        await following.until('the new content is read', async () => holds(await layer(reader), second))
      }
    }),
    test(
      'a watch ends when its signal aborts, and wakes nobody after that',
      first,
      async ({ made, open, layer, follow }) => {
        const [one, other] = [open(), open()]
        for (const reader of [one, other]) await layer(reader)
        const [ended, going] = [follow(one), follow(other)]
        await ended.stop()
        const { wakes } = ended
        await put(made, second)
        // Once the other one has noticed, this one would have.
        await going.until('the new content is read', async () => holds(await layer(other), second))
        await one.close()
        await put(made, first)
        await going.until('the new content is read', async () => holds(await layer(other), first))
        assertThat(ended.wakes === wakes, 'a watch whose signal had aborted woke somebody')
      },
    ),
    test('a watch whose signal has aborted before ends at once', first, async ({ open }) => {
      const reader = open()
      let wakes = 0
      const watching = reader.watch?.(() => {
        wakes += 1
      }, AbortSignal.abort())
      await within(timeout, 'the end of a watch whose signal had aborted', Promise.resolve(watching))
      assertThat(wakes === 0, 'a watch whose signal had aborted woke somebody')
    }),
  ]
}

function removeCases<Made extends SourceUnderTest>(
  { test }: SourceBench<Made>,
  remove: Harm<Made>,
): readonly ContractCase[] {
  return [
    test('what is not there is absent, with a problem that says so', first, async ({ made, open, read, follow }) => {
      const reader = open()
      await read(reader)
      const following = follow(reader)
      await remove(made)
      await following.until('the source is absent', async () => (await read(reader)).kind === 'absent')
      const reading = await read(reader)
      assertThat(reading.kind === 'absent', `expected it to stay absent, received ${describeReading(reading)}`)
      assertThat(reading.problem.message !== '', 'the problem has no message')
    }),
  ]
}

function spoilCases<Made extends SourceUnderTest>(
  { test }: SourceBench<Made>,
  spoil: Harm<Made>,
): readonly ContractCase[] {
  return [
    test('what cannot be read is unreadable, with problems', first, async ({ made, open, read }) => {
      await spoil(made)
      const reading = await read(open())
      assertThat(reading.kind === 'unreadable', `expected an unreadable source, received ${describeReading(reading)}`)
      assertThat(reading.problems.length > 0, 'no problem says what is wrong')
    }),
    test('what cannot be read any more is neither absent nor empty', first, async ({ made, open, read, layer }) => {
      const reader = open()
      const good = await layer(reader)
      await spoil(made)
      const reading = await read(reader)
      assertThat(reading.kind !== 'absent', 'a source that cannot be read calls itself absent')
      if (reading.kind === 'unreadable') return
      assertThat(reading.layer === good, 'a source that cannot be read gave another layer than its last good one')
      assertThat(reading.warnings.length > 0, 'the last good layer came without a warning that it is old')
    }),
  ]
}

/** After a loss or a fault the same content counts again, at once and as the same. */
function returnCases<Made extends SourceUnderTest>(
  what: string,
  { test }: SourceBench<Made>,
  put: Put<Made>,
  harm: Harm<Made>,
): readonly ContractCase[] {
  return [
    test(`content that ${what} and is back wakes, and is read as before`, first, async (session) => {
      const { made, open, read, layer, follow } = session
      const reader = open()
      const good = await layer(reader)
      const following = follow(reader)
      await harm(made)
      await read(reader)
      await put(made, first)
      await following.until('the content is read', async () => (await read(reader)).kind === 'layer')
      assertThat((await layer(reader)).digest === good.digest, 'the same content has another digest than before')
    }),
  ]
}
