import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { LoadReport } from './load.ts'

export interface Load {
  /** Lets the requests under way end, and tells what came of all. */
  stop(): Promise<LoadReport>
}

/** Sends requests from a process of their own. Resolves when the first has been answered. */
export async function startLoad(url: string): Promise<Load> {
  const script = fileURLToPath(new URL('load.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, url], { stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  onTestFinished(async () => {
    if (child.exitCode === null) child.kill('SIGKILL')
    await closed
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error('The load ended too early')
    return value
  }
  await next()
  return {
    async stop() {
      child.stdin.end()
      return JSON.parse(await next())
    },
  }
}
