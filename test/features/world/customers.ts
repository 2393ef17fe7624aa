import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isTrimtabError, overlayFolder } from 'trimtab'
import { tempFolder } from '../../support/temp-folder.ts'
import type { Shop } from './shop.ts'

/** The customers of the shop: a real folder with a file for each, and what work for them meets. */
export class Customers {
  readonly #shop: Shop
  #folder: string | undefined
  /** Who was told that what it may order has changed, and for whom that was. */
  readonly woken: { readonly tenant: string; readonly inContextOf: string | undefined; readonly next: number }[] = []

  constructor(shop: Shop) {
    this.#shop = shop
  }

  /** From the start on the service follows the folder. */
  follow(): void {
    const overlays = overlayFolder(this.#inFolder(), { settle: 5, maximumWait: 50 })
    this.#shop.inRealTime()
    this.#shop.with((options) => ({ ...options, tenants: { overlays } }))
  }

  /** Puts a file in its place as a whole, as tools do. */
  write(tenant: string, text: string): void {
    writeFileSync(this.#inFolder('.new'), text)
    renameSync(this.#inFolder('.new'), this.fileOf(tenant))
  }

  remove(tenant: string): void {
    rmSync(this.fileOf(tenant))
  }

  fileOf(tenant: string): string {
    return this.#inFolder(`${tenant}.yaml`)
  }

  /** Does something to the folder and waits until the service has seen to that tenant. */
  async after(tenant: string, act: () => void): Promise<void> {
    let isSeenTo = false
    const stop = this.#shop.plane.tenants.events.on((event) => {
      const isSettled = event.kind === 'settled' && event.outcome.tenant === tenant
      isSeenTo ||= isSettled || (event.kind === 'state' && event.tenant === tenant && event.next === 'unknown')
    })
    act()
    await this.until(() => isSeenTo)
    stop()
  }

  async until(isSo: () => boolean): Promise<void> {
    if (isSo()) return
    await new Promise<void>((resolve) => {
      const stop = this.#shop.plane.tenants.events.on(() => {
        if (!isSo()) return
        stop()
        resolve()
      })
    })
  }

  /** What a tenant may order; undefined while reading its values is refused. */
  ordersOf(tenant: string): number | undefined {
    try {
      return this.#shop.plane.tenants.get(tenant).config.limits.orders
    } catch (error) {
      if (isTrimtabError(error)) return undefined
      throw error
    }
  }

  watch(): void {
    const { tenants } = this.#shop.plane
    tenants.watch('limits.orders', ({ tenant, next }) => {
      this.woken.push({ tenant, inContextOf: tenants.current()?.id, next })
    })
  }

  #inFolder(...names: readonly string[]): string {
    this.#folder ??= tempFolder()
    return join(this.#folder, ...names)
  }
}
