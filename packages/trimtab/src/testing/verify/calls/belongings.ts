import { type AsyncLocalStorage, createHook } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import type { Call } from './call.ts'
import { handleNames, isOpenHandle } from './open-handle.ts'

/** Something that a hook opened, itself or through what it began. */
export interface Belonging {
  readonly kind: 'timer' | 'handle' | 'listener'
  /** A sentence's subject: `a timer made at /app/pool.ts:10:5`. */
  readonly what: string
  readonly owner: Call
}

/** Follows what hooks open. What the runner, the library or a neighbour opens belongs to nobody, and is left out. */
export interface Belongings {
  /** Follows who listens to something that a hook was given, where one can listen to it. */
  follow(thing: unknown, name: string): void
  /** What is open now. */
  open(): readonly Belonging[]
  /** Forgets what has been opened so far. */
  forget(): void
  close(): void
}

interface Handle {
  readonly type: string
  /** Weakly: what is collected is not open, and following must keep nothing alive. */
  readonly resource: WeakRef<object>
  readonly stack: string
  readonly owner: Call
}

interface Listener {
  readonly emitter: EventEmitter
  /** What it listens to: `the process`. */
  readonly name: string
  readonly event: string | symbol
  readonly listener: unknown
  readonly stack: string
  readonly owner: Call
}

/** `owners` says whose work is going on: what a hook begins carries it through timers, events and promises. */
export function followBelongings(owners: AsyncLocalStorage<Call>): Belongings {
  let handles: Handle[] = []
  let listeners: Listener[] = []
  const hook = createHook({
    init: function init(_id, type, _trigger, resource) {
      if (!Object.hasOwn(handleNames, type)) return
      const owner = owners.getStore()
      if (owner === undefined) return
      const stack = stackBelow(init)
      if (!isByTheRuntime(stack)) handles.push({ type, resource: new WeakRef(resource), stack, owner })
    },
  })
  const followed = new Map<EventEmitter, () => void>()
  const followEmitter = (emitter: EventEmitter, name: string) => {
    const added = (event: string | symbol, listener: unknown) => {
      const owner = owners.getStore()
      if (owner !== undefined) listeners.push({ emitter, name, event, listener, stack: stackBelow(added), owner })
    }
    const most = emitter.getMaxListeners()
    // Its warning of a leak counts listeners for an event: several verifications at once are none.
    if (most > 0) emitter.setMaxListeners(most + 1)
    emitter.on('newListener', added)
    followed.set(emitter, () => {
      emitter.off('newListener', added)
      if (most > 0) emitter.setMaxListeners(emitter.getMaxListeners() - 1)
    })
  }
  hook.enable()
  followEmitter(process, 'the process')

  return {
    follow(thing, name) {
      if (isEmitter(thing) && !followed.has(thing)) followEmitter(thing, name)
    },
    open() {
      handles = handles.filter(({ type, resource }) => isOpenHandle(type, resource))
      listeners = listeners.filter(isListening)
      return [
        ...handles.map(
          ({ type, stack, owner }): Belonging => ({
            kind: type === 'Timeout' ? 'timer' : 'handle',
            what: `a ${handleNames[type]} made ${placeOf(stack)}`,
            owner,
          }),
        ),
        ...listeners.map(
          ({ name, event, stack, owner }): Belonging => ({
            kind: 'listener',
            what: `a listener for ${String(event)} of ${name} added ${placeOf(stack)}`,
            owner,
          }),
        ),
      ]
    },
    forget() {
      handles = []
      listeners = []
    },
    close() {
      hook.disable()
      for (const unfollow of followed.values()) unfollow()
    },
  }
}

function isListening({ emitter, event, listener }: Listener): boolean {
  return emitter.listeners(event).some((each) => each === listener)
}

/** Asking somebody else's object for its class can throw. */
function isEmitter(thing: unknown): thing is EventEmitter {
  try {
    return thing instanceof EventEmitter
  } catch {
    return false
  }
}

/**
 * True for what Node and undici keep for themselves and end by themselves: the cached date of HTTP answers, the clock of
 * undici, the connections of the global `fetch`.
 */
function isByTheRuntime(stack: string): boolean {
  return /at (cache|utcDate) \(node:internal\/http:|refreshTimeout \(|node:internal\/deps\/undici/.test(stack)
}

function stackBelow(below: (...args: never[]) => unknown): string {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 25
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, below)
  Error.stackTraceLimit = limit
  return holder.stack ?? ''
}

/** The first line of the code that is verified, or of a package it uses; without one, the nearest line there is. */
function placeOf(stack: string): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line) && !line.includes('async_hooks'))
  const isOwn = (line: string) => !/\(?node:|node_modules/.test(line)
  const frame = frames.find(isOwn) ?? frames.find((line) => !/\(?node:/.test(line)) ?? frames[0] ?? ''
  const place = /(?:\/|node:|[A-Za-z]:\\)[^()]+:\d+:\d+/.exec(frame)?.[0]
  return place === undefined ? 'through an accepted connection' : `at ${place}`
}
