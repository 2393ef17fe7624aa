import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileSource } from 'trimtab'
import { tempFolder } from '../../support/temp-folder.ts'
import type { Shop } from './shop.ts'

/** The file that the shop's configuration stands in, where it stands in one. */
export class ShopFile {
  readonly #shop: Shop
  #path: string | undefined

  constructor(shop: Shop) {
    this.#shop = shop
  }

  get path(): string {
    if (this.#path === undefined) throw new Error('The shop reads no file')
    return this.#path
  }

  /** From the start on the shop follows it. */
  follow(text: string): void {
    this.#path = join(tempFolder(), 'shop.yaml')
    this.save(text)
    this.#shop.inRealTime(fileSource(this.#path, { settle: 5, maximumWait: 50 }))
  }

  save(text: string): void {
    writeFileSync(this.path, `${text}\n`)
  }

  remove(): void {
    rmSync(this.path)
  }
}
