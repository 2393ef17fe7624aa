import type { DefineStep } from '../binding/step-book.ts'
import { Checks } from './checks.ts'
import { Customers } from './customers.ts'
import { Door } from './door.ts'
import { GuardedWork } from './guarded-work.ts'
import { Publishers } from './publishers.ts'
import { Reader } from './reader.ts'
import { ShopFile } from './shop-file.ts'
import { Shop } from './shop.ts'

/** Everything one scenario is about. Each has its own. */
export class World implements AsyncDisposable {
  readonly shop = new Shop()
  readonly checks = new Checks(this.shop)
  readonly reader = new Reader(this.shop)
  readonly file = new ShopFile(this.shop)
  readonly customers = new Customers(this.shop)
  readonly work = new GuardedWork(this.shop)
  readonly door = new Door(this.shop)
  readonly publishers = new Publishers(this.shop)

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shop[Symbol.asyncDispose]()
    await this.publishers[Symbol.asyncDispose]()
  }
}

export type Step = DefineStep<World>
