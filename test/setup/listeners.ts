import { captureCreation, type Creation, isForeign, placeOf } from './creation.ts'

/** Follows what is registered on `process` from now on: signals, exits, uncaught errors, messages. */
export function followListeners(): { open(): string[] } {
  const creations = new Map<unknown, Creation>()
  process.on('newListener', function added(_event, listener) {
    creations.set(listener, captureCreation(added))
  })
  const before = new Set(listeners().map(({ listener }) => listener))
  return {
    open: () =>
      listeners()
        .filter(({ listener }) => !before.has(listener))
        .map(({ event, listener }) => ({ event, creation: creations.get(listener) ?? {} }))
        .filter(({ creation }) => !isForeign(creation))
        .map(({ event, creation }) => `process listener for ${String(event)} added ${placeOf(creation)}`),
  }
}

function listeners(): { event: string | symbol; listener: unknown }[] {
  return process
    .eventNames()
    .flatMap((event) => process.listeners(event as 'exit').map((listener) => ({ event, listener })))
}
