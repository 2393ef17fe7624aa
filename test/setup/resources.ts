import { createHook } from 'node:async_hooks'
import { captureCreation, type Creation, isForeign, placeOf } from './creation.ts'

const names: Record<string, string> = {
  Timeout: 'timer',
  TCPWRAP: 'socket',
  TCPSERVERWRAP: 'server',
  PIPEWRAP: 'pipe',
  PIPESERVERWRAP: 'pipe server',
  UDPWRAP: 'datagram socket',
  FSEVENTWRAP: 'file watcher',
  STATWATCHER: 'file poller',
  PROCESSWRAP: 'child process',
  WORKER: 'worker thread',
  MESSAGEPORT: 'message port',
}

interface Made {
  readonly type: string
  readonly resource: WeakRef<object>
  readonly creation: Creation
}

/**
 * Follows the timers and handles made from now on. There is no destroy hook, because that one slows every promise down:
 * a timer knows whether it is over, and a closed handle no longer answers `hasRef`.
 */
export function followResources(): { open(): string[] } {
  let made: Made[] = []
  const hook = createHook({
    init: function init(_id, type, _trigger, resource) {
      if (!Object.hasOwn(names, type)) return
      if (made.length > 0 && made.length % 10_000 === 0) made = made.filter(isOpen)
      made.push({ type, resource: new WeakRef(resource), creation: captureCreation(init) })
    },
  })
  hook.enable()
  return {
    open() {
      made = made.filter((each) => isOpen(each) && !isForeign(each.creation))
      return made.map(({ type, creation }) => `${names[type]} made ${placeOf(creation)}`)
    },
  }
}

function isOpen({ type, resource }: Made): boolean {
  const target: { _destroyed?: boolean; hasRef?(): boolean | undefined } | undefined = resource.deref()
  if (target === undefined) return false
  if (type === 'Timeout') return target._destroyed === false
  // Every message port says false, open or closed, until somebody listens on it.
  if (type === 'MESSAGEPORT') return target.hasRef?.() === true
  return target.hasRef?.() !== undefined
}
