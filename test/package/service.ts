/** What the small service below needs from the library. */
export const names = 'createPlane, defineConfig, dynamic, loadConfig, objectSource, secret'

/** A small service that projects of every kind run: `main` is given the library, however it was loaded. */
export const service = `
async function main({ ${names} }, z) {
  const config = defineConfig(
    z.object({
      http: z.object({ port: z.number().int().default(8080) }),
      pool: dynamic(z.object({ max: z.number().int().default(10), url: secret(z.string()) })),
    }),
  )
  const sources = [objectSource({ pool: { max: 20, url: 'postgres://user:hunter2@db' } })]
  const loaded = await loadConfig({ config, sources })
  const plane = await createPlane({ config, sources, logger: false })
  const seen = [loaded.pool.max, plane.config.pool.max, plane.config.http.port, String(plane.config.pool.url)]
  await plane.close()
  return seen.join(' ')
}
`

/** What `main` gives when the library works. */
export const expected = '20 20 8080 [secret]'
