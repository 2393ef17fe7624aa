import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isTrimtabError, overlayFolder, type TenantEvent } from 'trimtab'
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
    renameSync(this.#inFolder('.new'), this.#inFolder(`${tenant}.yaml`))
  }

  remove(tenant: string): void {
    rmSync(this.#inFolder(`${tenant}.yaml`))
  }

  /** Does something to the folder and waits until the service has seen to that tenant. */
  async after(tenant: string, act: () => void): Promise<void> {
    const { events } = this.#shop.plane.tenants
    const isSeenTo = (event: TenantEvent) =>
      (event.kind === 'settled' && event.outcome.tenant === tenant) ||
      (event.kind === 'state' && event.tenant === tenant && event.next === 'unknown')
    const seenTo = new Promise<void>((resolve) => {
      const stop = events.on((event) => {
        if (!isSeenTo(event)) return
        stop()
        resolve()
      })
    })
    act()
    await seenTo
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

/** The code of the error that `work` throws; undefined where it goes through. */
export function refusalOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (isTrimtabError(error)) return error.code
    throw error
  }
}
