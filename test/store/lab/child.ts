import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A process of `test/store/processes`, by messages. It is killed when the test ends. */
export interface Child<Order, Message> {
  send(order: Order): void
  onMessage(listener: (message: Message) => void): void
  kill(): Promise<void>
}

export function startChild<Order extends object, Message>(script: string): Child<Order, Message> {
  const child: ChildProcess = fork(fileURLToPath(new URL(`../processes/${script}.ts`, import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const closed = once(child, 'close')
  const kill = async () => {
    child.kill('SIGKILL')
    await closed
  }
  onTestFinished(kill)
  return {
    send: (order) => void child.send(order),
    onMessage(listener) {
      // Each script sends messages of one kind.
      child.on('message', (message) => listener(message as Message))
    },
    kill,
  }
}
