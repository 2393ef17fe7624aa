import type { KnownSecrets } from '../../model/secrecy/known-secrets.ts'
import { secretTexts } from '../../model/secrecy/scrub.ts'
import { isPlainObject } from '../../primitives/json.ts'
import type { TenantId } from '../tenant-id.ts'

/** Of those that are no longer in force, so many newest are still kept out of texts: something may hold and quote them. */
const mostFormer = 1_000

/** What is secret in what tenants have of their own: whoever does work for one may quote it, wherever that is shown. */
export class TenantSecrets {
  readonly #known: KnownSecrets
  readonly #inForce = new Map<TenantId, readonly string[]>()
  readonly #former = new Set<string>()
  #count = 0

  constructor(known: KnownSecrets) {
    this.#known = known
  }

  /** Somebody is about to be shown them, whatever comes of it. */
  show(texts: readonly string[]): void {
    this.#known.add(texts)
    for (const text of texts) {
      // Once more is as new as any.
      this.#former.delete(text)
      this.#former.add(text)
    }
    for (const oldest of this.#former) {
      if (this.#former.size <= mostFormer) break
      this.#former.delete(oldest)
    }
    if (this.#known.size > this.#count + 2 * mostFormer)
      this.#known.replace([...this.#former, ...[...this.#inForce.values()].flat()])
  }

  /** They are what the tenant has from now on. */
  keep(tenant: TenantId, texts: readonly string[]): void {
    const before = this.#inForce.get(tenant) ?? []
    this.#count += texts.length - before.length
    if (texts.length === 0) this.#inForce.delete(tenant)
    else this.#inForce.set(tenant, texts)
    this.show(before.filter((text) => !texts.includes(text)))
    this.#known.add(texts)
  }
}

/** The texts of the secrets that a tenant does not share. */
export function* ownSecretTexts(config: unknown, shared: unknown): Iterable<string> {
  if (config === shared) return
  if (!isPlainObject(config)) yield* secretTexts(config)
  else
    for (const [key, child] of Object.entries(config))
      yield* ownSecretTexts(child, isPlainObject(shared) ? shared[key] : undefined)
}
