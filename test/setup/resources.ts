import { createHook } from 'node:async_hooks'
import { handleNames, isOpenHandle } from '../../packages/trimtab/src/testing/verify/calls/open-handle.ts'
import { captureCreation, type Creation, isForeign, placeOf } from './creation.ts'

interface Made {
  readonly type: string
  readonly resource: WeakRef<object>
  readonly creation: Creation
}

/** Follows the timers and handles made from now on. */
export function followResources(): { open(): string[] } {
  let made: Made[] = []
  const hook = createHook({
    init: function init(_id, type, _trigger, resource) {
      if (!Object.hasOwn(handleNames, type)) return
      if (made.length > 0 && made.length % 10_000 === 0) made = made.filter(isOpen)
      made.push({ type, resource: new WeakRef(resource), creation: captureCreation(init) })
    },
  })
  hook.enable()
  return {
    open() {
      made = made.filter((each) => isOpen(each) && !isForeign(each.creation))
      return made.map(({ type, creation }) => `${handleNames[type]} made ${placeOf(creation)}`)
    },
  }
}

function isOpen({ type, resource }: Made): boolean {
  return isOpenHandle(type, resource)
}
