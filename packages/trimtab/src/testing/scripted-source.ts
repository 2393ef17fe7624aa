import { TrimtabError } from '../errors/trimtab-error.ts'
import { digestOf } from '../model/digest.ts'
import type { Layer } from '../model/layer.ts'
import { adopt } from '../model/share.ts'
import { sourceName } from '../model/source-name.ts'
import { abortable, abortReason, onAbort } from '../primitives/concurrency/abort.ts'
import { type Deferred, deferred } from '../primitives/concurrency/deferred.ts'
import type { JsonObject } from '../primitives/json.ts'
import type { Problem } from '../schema/problem.ts'
import { toJsonTree } from '../sources/json-tree.ts'
import type { Reading, ReferenceTrust, Source, SourceReader } from '../sources/source.ts'

/** What a scripted source is called, and gives at first. */
export interface ScriptedSourceOptions {
  /** What the source is called, after `scripted:`; `source`, if it is left away. */
  readonly name?: string | undefined
  /** What it gives at first: an empty object, if it is left away. */
  readonly tree?: JsonObject | undefined
  readonly optional?: boolean | undefined
  /** Whether unknown keys are problems, the default, or warnings. */
  readonly strict?: boolean | undefined
  readonly references?: ReferenceTrust | undefined
}

/** A source that does what a test says, at the moment it says it. Each control speaks to every reader of it. */
export interface ScriptedSource extends Source {
  /** From now on this is the content. Wakes. Throws `option_invalid` for what JSON cannot carry. */
  set(tree: JsonObject): void
  /** From now on it cannot be read: a problem is answered, an error is thrown by `read` as a broken source would. Wakes. */
  fail(why: Problem | Error): void
  /** From now on there is nothing there. Wakes. */
  absent(): void
  /**
   * From now on readings wait, until the returned function is called; then they answer what holds at that time. With
   * `ignoreSignal` they wait even when their signal aborts.
   */
  hang(options?: { readonly ignoreSignal?: boolean | undefined }): () => void
  /** Wakes although nothing has changed. */
  wake(): void
  /** Every watch that runs rejects with `error`; later ones run again. */
  failWatch(error: Error): void
  /** How many readings have begun. */
  readonly reads: number
  /** How many watches are running. */
  readonly watches: number
  /** How many readers are open. */
  readonly readers: number
}

type Answer = { readonly reading: Reading } | { readonly thrown: Error }

interface Gate {
  readonly opened: Deferred<void>
  readonly ignoreSignal: boolean
}

interface Watcher {
  wake(): void
  fail(error: unknown): void
}

/**
 * Makes a source for tests: it gives what it is told, fails when it is told, and counts what is done with it.
 *
 * @example
 * const source = scriptedSource({ tree: { pool: { max: 10 } } })
 * const plane = await createPlane({ config, sources: [source] })
 * source.set({ pool: { max: 20 } })
 */
export function scriptedSource(options: ScriptedSourceOptions = {}): ScriptedSource {
  const { optional = false, strict = true, references = 'local' } = options
  const name = sourceName('scripted', options.name ?? 'source')
  const gates = new Set<Gate>()
  const watchers = new Set<Watcher>()
  const readers = new Set<SourceReader>()
  let reads = 0
  let layer: Layer | undefined
  let answer: Answer

  const layerOf = (tree: JsonObject): Layer => {
    const copy = toJsonTree(tree)
    if (!copy.ok) {
      const flaws = copy.error.map(({ path, message }) => `\n  ${path === undefined ? message : `${path}: ${message}`}`)
      throw new TrimtabError(
        'option_invalid',
        `The object given to a scripted source is no configuration:${flaws.join('')}`,
      )
    }
    const shared = adopt(copy.value, layer?.tree)
    if (layer === undefined || shared !== layer.tree) {
      layer = Object.freeze({ source: name, tree: shared, digest: digestOf(shared), locate: () => undefined })
    }
    return layer
  }
  const answerWith = (tree: JsonObject): Answer => ({ reading: { kind: 'layer', layer: layerOf(tree), warnings: [] } })
  answer = answerWith(options.tree ?? {})

  const wake = () => {
    for (const watcher of [...watchers]) watcher.wake()
  }
  const change = (next: Answer) => {
    answer = next
    wake()
  }

  const open = (): SourceReader => {
    // What the last reading gave; undefined before the first, when there is nothing yet to have changed.
    let known: Answer | undefined
    const reader: SourceReader = {
      async read(signal) {
        reads += 1
        if (signal.aborted) throw abortReason(signal)
        for (let [gate] = gates; gate !== undefined; [gate] = gates) {
          await (gate.ignoreSignal ? gate.opened.promise : abortable(gate.opened.promise, signal))
        }
        known = answer
        if ('thrown' in answer) throw answer.thrown
        return answer.reading
      },
      watch(listener, signal) {
        return new Promise((resolve, reject) => {
          const end = () => {
            watchers.delete(watcher)
            stopListening()
          }
          const watcher: Watcher = {
            wake() {
              try {
                listener()
              } catch (error) {
                watcher.fail(error)
              }
            },
            fail(error) {
              end()
              reject(error)
            },
          }
          let stopListening = () => {}
          watchers.add(watcher)
          stopListening = onAbort(signal, () => {
            end()
            resolve()
          })
          // Nobody told this reader of what changed between its reading and now.
          if (known === undefined || known === answer) return
          void Promise.resolve().then(() => {
            if (watchers.has(watcher)) watcher.wake()
          })
        })
      },
      async close() {
        readers.delete(reader)
      },
    }
    readers.add(reader)
    return reader
  }

  return Object.freeze<ScriptedSource>({
    name,
    optional,
    strict,
    references,
    follows: 'push',
    open,
    set: (tree) => change(answerWith(tree)),
    fail(why) {
      change(why instanceof Error ? { thrown: why } : { reading: { kind: 'unreadable', problems: [why] } })
    },
    absent() {
      const message = 'there is nothing'
      const problem: Problem = { code: 'absent', severity: 'error', message, origin: { source: name } }
      change({ reading: { kind: 'absent', problem } })
    },
    hang({ ignoreSignal = false } = {}) {
      const gate: Gate = { opened: deferred(), ignoreSignal }
      gates.add(gate)
      return () => {
        gates.delete(gate)
        gate.opened.resolve()
      }
    },
    wake,
    failWatch(error) {
      for (const watcher of [...watchers]) watcher.fail(error)
    },
    get reads() {
      return reads
    },
    get watches() {
      return watchers.size
    },
    get readers() {
      return readers.size
    },
  })
}
