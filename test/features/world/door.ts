import { tenantFetch, type TenantDirectory } from 'trimtab'
import type { Shop } from './shop.ts'

/** Who is let in for which tenant. */
export class Door {
  readonly #shop: Shop
  readonly #mayActFor = new Map<string, ReadonlySet<string>>()
  #isBroken = false
  #served = false
  #directory: TenantDirectory | undefined
  /** What the last request was answered. */
  status = 0
  body = ''

  constructor(shop: Shop) {
    this.#shop = shop
  }

  authorise(caller: string, tenants: readonly string[]): void {
    this.#mayActFor.set(caller, new Set(tenants))
  }

  /** Nobody can say any more who may act for whom. */
  break(): void {
    this.#isBroken = true
  }

  serveSuspended(): void {
    this.#served = true
  }

  /** The service has a list of its own. */
  know(tenant: string): void {
    this.#directory = { stateOf: (asked) => (asked === tenant ? 'active' : 'unknown') }
  }

  /** As plain JavaScript can do it. */
  buildUnwatched(): void {
    const { tenants } = this.#shop.plane
    // @ts-expect-error the types ask for authorize
    tenantFetch({ tenants, from: { header: 'x-tenant' } })
  }

  async ask(caller: string, tenant: string | undefined): Promise<void> {
    const { tenants } = this.#shop.plane
    const enter = tenantFetch({
      tenants,
      directory: this.#directory,
      from: { header: 'x-tenant' },
      suspended: this.#served ? 'serve' : 'refuse',
      authorize: async (asked, { headers }) => {
        if (this.#isBroken) throw new Error(`${asked} can't be looked up`)
        return this.#mayActFor.get(headers.get('authorization') ?? '')?.has(asked) === true
      },
    })
    const headers = { authorization: caller, ...(tenant === undefined ? {} : { 'x-tenant': tenant }) }
    const response = await enter(new Request('http://shop/', { headers }), () => {
      return new Response(`made for ${tenants.current()?.id}`)
    })
    this.status = response.status
    this.body = await response.text()
  }
}
