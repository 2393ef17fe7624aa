import { join } from 'node:path'
import { type ConfigStore, type StoreSource, storeSource } from 'trimtab'
import { config } from '../config.ts'

/** What the gateway's configuration is called in its store. */
export const environment = 'gateway/local'

/** The version of what can be configured. Two gateways with different ones may use one store. */
const version = '1'

/**
 * Opens the store in the folder of a gateway, which has it alone, and tells it what can be configured: a publish that this
 * gateway could not read is refused. Throws `store_in_use` naming the process that has it.
 */
export async function openStore(folder: string): Promise<ConfigStore> {
  // A gateway that reads files alone does without the package, and without the memory of a database.
  const { embeddedStore } = await import('@trimtab/server')
  const store = await embeddedStore({ folder: join(folder, 'store') })
  try {
    await store.registerSchema('gateway', version, config.jsonSchema())
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/** What the store says, for the sources of the gateway. */
export function gatewayStore(store: ConfigStore): StoreSource {
  // A new one says nothing yet.
  return storeSource({ store, environment, optional: true })
}
