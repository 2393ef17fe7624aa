import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { fileURLToPath } from 'node:url'

/** Milliseconds from SIGTERM to the first 503 of a process of its own that somebody asks again and again. */
export async function timeToUnready(program: 'plane-process' | 'bare-process'): Promise<number> {
  const child = fork(fileURLToPath(new URL(`${program}.js`, import.meta.url)))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    const [port] = await once(child, 'message')
    const ask = () => statusOf(`http://127.0.0.1:${port}/readyz`, agent)
    for (let count = 0; count < 5; count += 1) if ((await ask()) !== 200) throw new Error(`${program} was not ready.`)
    const started = performance.now()
    child.kill('SIGTERM')
    while ((await ask()) !== 503) if (performance.now() - started > 5_000) throw new Error(`${program} stays ready.`)
    return performance.now() - started
  } finally {
    agent.destroy()
    child.kill('SIGKILL')
  }
}

function statusOf(url: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode))
    }).once('error', reject)
  })
}
