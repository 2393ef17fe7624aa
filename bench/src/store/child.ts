import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Works beside a process of its own, which has said that it is ready. */
export async function withChild<T>(
  program: 'reader-process' | 'load-process',
  args: readonly string[],
  work: (child: ChildProcess) => Promise<T>,
): Promise<T> {
  const child = fork(fileURLToPath(new URL(`${program}.js`, import.meta.url)), args)
  const ended = once(child, 'exit')
  try {
    const failed = ended.then(() => Promise.reject(new Error(`${program} has ended.`)))
    failed.catch(() => {})
    await Promise.race([once(child, 'message'), failed])
    return await Promise.race([work(child), failed])
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}
