import type { Clock } from 'trimtab'

/** Milliseconds that every step may take in the tests that use these. */
export const deadline = 100
/** Milliseconds after which a late step ends after all. */
export const late = 150

/** What a hook of somebody else's may do in place of giving `value`. */
export interface Misbehaviour {
  readonly name: string
  readonly ends: 'fails' | 'times out' | 'succeeds'
  /** What the step gives after all, when nobody waits for it any more. */
  readonly late?: 'value' | 'error'
  act(value: unknown, clock: Clock): unknown
}

/** Whatever is asked of it throws. */
export function unreadable(): object {
  const refuse = (): never => {
    throw new Error('must not be looked into')
  }
  const traps = { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse, getOwnPropertyDescriptor: refuse }
  return new Proxy({}, traps)
}

/** An error-like object that throws when it is described. */
export function hostileError(): object {
  const refuse = (): never => {
    throw new Error('must not be read')
  }
  return Object.defineProperties(
    {},
    { message: { get: refuse }, name: { get: refuse }, stack: { get: refuse }, toString: { get: refuse } },
  )
}

/** An error by its class whose own fields throw, or are not what they should be. */
function oddError(): Error {
  const refuse = (): never => {
    throw new Error('must not be read')
  }
  return Object.defineProperties(new Error('odd'), {
    name: { get: refuse },
    stack: { get: refuse },
    message: { value: 5 },
  })
}

type Then = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void
// oxlint-disable-next-line unicorn/no-thenable -- a hostile one is what is tried
const thenable = (then: Then): object => ({ then })

const throws = (name: string, make: () => unknown): Misbehaviour => ({
  name: `throws ${name}`,
  ends: 'fails',
  act() {
    throw make()
  },
})
const rejects = (name: string, make: () => unknown): Misbehaviour => ({
  name: `rejects with ${name}`,
  ends: 'fails',
  act: () => Promise.reject(make()),
})

export const throwing: readonly Misbehaviour[] = [
  throws('an error', () => new Error('thrown')),
  throws('null', () => null),
  throws('undefined', () => undefined),
  throws('an object with hostile getters', hostileError),
  throws('an object that cannot be looked into', unreadable),
  throws('an error with odd fields', oddError),
]

export const misbehaviours: readonly Misbehaviour[] = [
  ...throwing,
  rejects('an error', () => new Error('rejected')),
  rejects('null', () => null),
  rejects('undefined', () => undefined),
  rejects('an object with hostile getters', hostileError),
  rejects('an object that cannot be looked into', unreadable),
  rejects('an error with odd fields', oddError),
  { name: 'hangs for ever', ends: 'times out', act: () => new Promise(() => {}) },
  {
    name: 'finishes late',
    ends: 'times out',
    late: 'value',
    act: (value, clock) => new Promise((resolve) => clock.schedule(late, () => resolve(value))),
  },
  {
    name: 'fails late',
    ends: 'times out',
    late: 'error',
    act: (_value, clock) => new Promise((_resolve, reject) => clock.schedule(late, () => reject(new Error('late')))),
  },
  {
    name: 'gives a thenable that calls back twice',
    ends: 'succeeds',
    act: (value) =>
      thenable((resolve, reject) => {
        resolve(value)
        reject(new Error('a second answer'))
        resolve('a third answer')
      }),
  },
  {
    name: 'gives a thenable that fails and then succeeds',
    ends: 'fails',
    act: (value) =>
      thenable((resolve, reject) => {
        reject(new Error('the first answer'))
        resolve(value)
      }),
  },
  {
    name: 'gives a thenable that never calls back',
    ends: 'times out',
    act: () => thenable(() => {}),
  },
  {
    name: 'gives a thenable that throws',
    ends: 'fails',
    act: () =>
      thenable(() => {
        throw new Error('then threw')
      }),
  },
]
