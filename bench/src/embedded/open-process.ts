/**
 * Opens a database in a folder once and prints how long that took, and the memory of the process then. Arguments: `store` for
 * the embedded store, `pglite` for PGlite alone; the folder.
 */
const [what, folder = ''] = process.argv.slice(2)
const started = performance.now()
const close = what === 'store' ? await openStore() : await openPglite()
const milliseconds = performance.now() - started
console.log(JSON.stringify({ milliseconds, megabytes: process.memoryUsage.rss() / 2 ** 20 }))
await close()

async function openStore(): Promise<() => Promise<void>> {
  const { embeddedStore } = await import('@trimtab/server')
  const store = await embeddedStore({ folder })
  await store.readEnvironment('checkout/production')
  return () => store.close()
}

async function openPglite(): Promise<() => Promise<void>> {
  const { PGlite } = await import('@electric-sql/pglite')
  const database = await PGlite.create(folder)
  await database.query('select 1')
  return () => database.close()
}
