/** What people call the things that `async_hooks` tells of and that can be left open. */
export const handleNames: Readonly<Record<string, string>> = {
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

/**
 * Whether it still is. There is no destroy hook to ask, because that one slows every promise down: Node's own handles tell.
 * A timer knows whether it is over, and a closed handle no longer answers `hasRef`.
 */
export function isOpenHandle(type: string, resource: WeakRef<object>): boolean {
  const target: { _destroyed?: boolean; hasRef?(): boolean | undefined } | undefined = resource.deref()
  if (target === undefined) return false
  if (type === 'Timeout') return target._destroyed === false
  // Every message port says false, open or closed, until somebody listens on it.
  if (type === 'MESSAGEPORT') return target.hasRef?.() === true
  return target.hasRef?.() !== undefined
}
