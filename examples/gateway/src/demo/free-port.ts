import { once } from 'node:events'
import { createServer } from 'node:net'
import { loadConfig, objectSource, type Source } from 'trimtab'
import { config } from '../config.ts'

export interface PortChoice {
  readonly sources: readonly Source[]
  /** What to tell a person, where another port is taken than the configured one. */
  readonly note: string | undefined
}

/**
 * Lets the gateway take a free port where its own is busy. A port that nobody wrote down is replaced below all sources, so
 * that one that is written down later is seen; one that somebody did is replaced above them.
 */
export async function withFreePort(sources: readonly Source[]): Promise<PortChoice> {
  const fallback = (port: number) => objectSource({ http: { port } }, { name: 'port' })
  const { http } = await loadConfig({ config, sources, logger: false })
  if (http.port === 0 || (await canListen(http))) return { sources, note: undefined }
  const { http: asked } = await loadConfig({ config, sources: [fallback(0), ...sources], logger: false })
  const free = fallback(await listenOnce(http.host, 0))
  return {
    sources: asked.port === 0 ? [free, ...sources] : [...sources, free],
    note: `port ${http.port} is busy: taking a free one`,
  }
}

async function canListen({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
  try {
    await listenOnce(host, port)
    return true
  } catch {
    // Whatever else is wrong with it, the listener says better.
    return false
  }
}

/** Listens for a moment. Gives the port. */
async function listenOnce(host: string, port: number): Promise<number> {
  const server = createServer().listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : port
}
