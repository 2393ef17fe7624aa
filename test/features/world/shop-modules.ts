import type { Module } from 'trimtab'
import type { Recording } from 'trimtab/testing'
import { shopConfig } from './shop-config.ts'

/** The modules of the shop: orders need the pool and the cache, all need the log, and the server needs the orders. */
export function shopModules(recording: Recording): readonly Module[] {
  const reloads = true
  const log = recording.module({ name: 'log', config: shopConfig.section('log'), reloads })
  const pool = recording.module({ name: 'pool', config: shopConfig.section('pool'), dependsOn: [log], reloads })
  const cache = recording.module({ name: 'cache', config: shopConfig.section('cache'), dependsOn: [log], reloads })
  const orders = recording.module({
    name: 'orders',
    config: shopConfig.section('orders'),
    dependsOn: [pool, cache],
    reloads,
  })
  const server = recording.module({
    name: 'server',
    config: shopConfig.section('server'),
    dependsOn: [orders],
    reloads,
  })
  return [server, orders, cache, pool, log]
}
