import {
  type Cursor,
  type Edit,
  type Json,
  memoryStore,
  type PlanePublishResult,
  type PublishResult,
  storeSource,
} from 'trimtab'
import { faultyStore, type FaultyStore } from '../../support/faulty-store.ts'
import { settle } from '../../support/settle.ts'
import { shopConfig } from './shop-config.ts'
import type { Shop } from './shop.ts'

/** What somebody published, and what came of it. */
interface Published {
  readonly author: string
  readonly edits: readonly Edit[]
  readonly result: PlanePublishResult
}

const environment = 'shop/production'
const message = 'Black Friday'

/** Those who publish to the store that the shop reads. */
export class Publishers implements AsyncDisposable {
  readonly #shop: Shop
  #store: FaultyStore | undefined
  /** The newest last. */
  readonly published: Published[] = []

  constructor(shop: Shop) {
    this.#shop = shop
  }

  get store(): FaultyStore {
    if (this.#store === undefined) throw new Error('The shop reads no store')
    return this.#store
  }

  /** From the start on the shop follows a store in which this has been published by Owen. */
  async open(edits: readonly Edit[]): Promise<void> {
    const { clock } = this.#shop
    const store = faultyStore(memoryStore({ clock }), clock)
    this.#store = store
    await this.publishElsewhere('owen', edits)
    this.#shop.follow(storeSource({ store, environment }))
    this.#shop.with((options) => ({ ...options, tenants: { mode: 'shared', store } }))
  }

  edit(path: string, value: Json, tenant?: string): Edit {
    return { scope: scopeOf(tenant), path, value }
  }

  move(tenant: string, state: 'suspended' | 'removed'): Edit {
    return { scope: scopeOf(tenant), state }
  }

  /** The service has said what it can read, as it does when it is rolled out. */
  register(): Promise<void> {
    return this.store.registerSchema('shop', '1.0.0', shopConfig.jsonSchema())
  }

  /** Through the running shop, and waits until it has taken it up or refused to. */
  async publish(author: string, edits: readonly Edit[]): Promise<void> {
    const { plane, clock, recording } = this.#shop
    recording.clear()
    const publishing = plane.publish(edits, { author, message, until: 'committed' })
    // A schema answers in real time: until the store has its answer, no time passes by hand.
    await Promise.race([this.#storeHasAnswered(), publishing])
    const result = await settle(clock, publishing)
    this.published.push({ author, edits, result })
  }

  /** As another process does, of which this shop hears by the store alone. */
  publishElsewhere(author: string, edits: readonly Edit[]): Promise<void> {
    return this.#behindTheShop((expected) => this.store.publish(edits, { author, message, expected }))
  }

  goBack(author: string, revision: number): Promise<void> {
    return this.#behindTheShop((expected) => this.store.rollback(environment, revision, { author, message, expected }))
  }

  /** What somebody published last. */
  by(author: string): PlanePublishResult {
    const found = this.published.findLast((each) => each.author === author)
    if (found === undefined) throw new Error(`${author} has published nothing`)
    return found.result
  }

  /** The first that ended like this. */
  first(kind: PlanePublishResult['kind']): Published {
    const found = this.published.find(({ result }) => result.kind === kind)
    if (found === undefined) throw new Error(`Nothing that was published ended as ${kind}`)
    return found
  }

  history() {
    return this.store.history(environment)
  }

  /** What the shop says of the store it reads. */
  get status() {
    return this.#shop.plane.sources.find(({ name }) => name === `store:${environment}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store?.close()
  }

  async #behindTheShop(act: (expected: Cursor) => Promise<PublishResult>): Promise<void> {
    const [newest] = await this.history()
    const result = await act(newest?.cursor ?? { revision: 0, hash: '' })
    if (result.kind !== 'published') throw new Error(`It ended as ${result.kind}`)
    await this.#shop.clock.advance(0)
  }

  #storeHasAnswered(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.store.events.on(() => {
        stop()
        resolve()
      })
    })
  }
}

function scopeOf(tenant: string | undefined): string {
  return tenant === undefined ? environment : `${environment}/${tenant}`
}
