import { type ShopConfig, valueAt } from './shop-config.ts'
import type { Shop } from './shop.ts'

/** Somebody who reads the configuration of the running service. */
export class Reader {
  readonly #shop: Shop
  #paths: readonly string[] = []
  #held: ShopConfig | undefined
  /** What it met, each once in a row. */
  readonly seen: (readonly unknown[])[] = []
  /** Whether the shop was ready, each once in a row. */
  readonly readiness: string[] = []
  /** What it was told of by the service. */
  readonly told: { readonly previous: unknown; readonly next: unknown }[] = []

  constructor(shop: Shop) {
    this.#shop = shop
  }

  /** Looks at these places all the time from now on. */
  lookAt(paths: readonly string[]): void {
    this.#paths = paths
    this.#look()
  }

  watch(path: string): void {
    this.#shop.plane.watch(
      (config) => valueAt(config, path),
      ({ previous, next }) => void this.told.push({ previous, next }),
    )
  }

  breakAt(path: string): void {
    this.#shop.plane.watch(
      (config) => valueAt(config, path),
      () => {
        throw new Error('the watcher is broken')
      },
    )
  }

  /** Takes the configuration as it is and works on with it. */
  hold(): void {
    this.#held = this.#shop.plane.config
  }

  get held(): ShopConfig {
    if (this.#held === undefined) throw new Error('The reader holds nothing')
    return this.#held
  }

  /** Lets time pass, looking ten times a second. */
  async wait(milliseconds: number, until: () => boolean = () => false): Promise<void> {
    const { clock } = this.#shop
    const end = clock.monotonic() + milliseconds
    this.#look()
    while (clock.monotonic() < end && !until()) {
      await clock.advance(Math.min(100, end - clock.monotonic()))
      this.#look()
    }
  }

  #look(): void {
    const { status } = this.#shop.plane.health.answer.readiness
    if (status !== this.readiness.at(-1)) this.readiness.push(status)
    if (this.#paths.length === 0) return
    const now = this.#paths.map((path) => valueAt(this.#shop.plane.config, path))
    if (JSON.stringify(now) !== JSON.stringify(this.seen.at(-1))) this.seen.push(now)
  }
}
