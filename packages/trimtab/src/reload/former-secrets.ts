import type { Changes } from '../model/changes.ts'
import { secretTexts } from '../model/secrecy/scrub.ts'

const most = 1_000

/**
 * Secrets that are no longer in force, but which something that runs may still hold and quote: a replaced pool its old
 * password. The newest of them, so that rotation for years does not grow it.
 */
export class FormerSecrets implements Iterable<string> {
  readonly #texts = new Set<string>()

  /** Notes what a commit has changed or taken away, and what references gave before it. */
  note(changes: Changes, referenced: readonly string[]): void {
    for (const change of changes) if (change.kind !== 'added') this.#add(secretTexts([change.previous]))
    this.#add(referenced)
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#texts.values()
  }

  #add(texts: Iterable<string>): void {
    for (const text of texts) {
      // Once more is as new as any.
      this.#texts.delete(text)
      this.#texts.add(text)
    }
    for (const oldest of this.#texts) {
      if (this.#texts.size <= most) return
      this.#texts.delete(oldest)
    }
  }
}
