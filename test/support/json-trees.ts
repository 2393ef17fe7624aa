import * as fc from 'fast-check'
import { Secret } from '../../packages/trimtab/src/model/secrecy/secret.ts'
import type { Json, JsonObject } from '../../packages/trimtab/src/primitives/json.ts'

/** Keys that are inherited names, numbers, parts of paths, halves of a character, or nothing at all. */
export const hostileKey: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c', 'd') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'valueOf',
      'toJSON',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', '0', '10', 'a.b', '[0]', '/v1/*', '*.example.com', '"', '\\', '\uD800', '-'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
)

const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, -0, 1, '', '0', '1', 'null', 'text', '\uDC00'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ maxLength: 5 }),
)

interface TreeOptions<Leaf> {
  readonly key?: fc.Arbitrary<string>
  readonly leaf: fc.Arbitrary<Leaf>
}

/** Trees of objects with and without a prototype; their keys are own ones, whatever they are called. */
function objects<Leaf>({ key = hostileKey, leaf: leaves }: TreeOptions<Leaf>): fc.Arbitrary<JsonObject> {
  return fc.letrec<{ node: unknown; object: JsonObject }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      { weight: 4, arbitrary: leaves },
      { weight: 4, arbitrary: tie('object') },
      { weight: 1, arbitrary: fc.array(tie('node'), { maxLength: 3 }) },
    ),
    object: fc
      .tuple(fc.boolean(), fc.uniqueArray(fc.tuple(key, tie('node')), { selector: ([name]) => name, maxLength: 5 }))
      .map(([isPlain, entries]) => fromEntries(entries, isPlain) as JsonObject),
  })).object
}

export const jsonObject: fc.Arbitrary<JsonObject> = objects({ leaf })

/** Any two of them agree on which places are objects: those whose keys end in a brace, and no others. */
export const kindredObject: fc.Arbitrary<JsonObject> = jsonObject.map((tree) => kindred(tree) as JsonObject)

function kindred(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const isObject = (child: unknown) => typeof child === 'object' && child !== null && !Array.isArray(child)
  const entries = Object.entries(value).map(
    ([key, child]) => [isObject(child) ? `${key}{` : key, kindred(child)] as const,
  )
  return fromEntries(entries, Object.getPrototypeOf(value) !== null)
}

/** Trees as readers hold them: with secrets, and with properties that are undefined. */
export const typedObject: fc.Arbitrary<object> = objects<unknown>({
  leaf: fc.oneof(
    { weight: 6, arbitrary: leaf },
    { weight: 1, arbitrary: fc.constantFrom('hunter2', 'hunter3', 5).map((value) => new Secret(value)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
})

/** A tree and one that mostly is like it: a few places differ, and keys are in another order. */
export function pairOf<T extends object>(tree: fc.Arbitrary<T>): fc.Arbitrary<readonly [T, T]> {
  return fc.oneof(
    fc.tuple(tree, tree),
    fc
      .tuple(
        tree,
        fc.array(fc.tuple(fc.nat(), fc.option(fc.constantFrom<unknown>(0, 'x', {}, [], null))), { maxLength: 3 }),
        fc.nat(),
      )
      .map(([first, edits, seed]) => [first, shuffled(edits.reduce(edited, copyOf(first)), seed)] as const),
  )
}

/** The same content in other objects, with keys in an order that depends on the seed. */
export function shuffled<T>(value: T, seed: number): T {
  return rebuilt(value, (entries) => entries.sort(([a], [b]) => rank(a, seed) - rank(b, seed))) as T
}

export function copyOf<T>(value: T): T {
  return rebuilt(value, (entries) => entries) as T
}

/** The very same object, it and everything in it frozen. */
export function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !(value instanceof Secret)) {
    for (const child of Object.values(value)) deepFrozen(child)
    Object.freeze(value)
  }
  return value
}

export function isDeepFrozen(value: unknown): boolean {
  return (
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen))
  )
}

/** A text that is the same exactly for the same content. It knows nothing of the code that is tested by it. */
export function canonical(value: unknown): string {
  if (value instanceof Secret) return `secret ${canonical(value.reveal())}`
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  const entries = Object.entries(value).filter(([, child]) => child !== undefined)
  const texts = entries.map(([key, child]) => `${JSON.stringify(key)}:${canonical(child)}`)
  return `{${texts.sort().join(',')}}`
}

/** Every object and array in a tree, with its place. */
export function* parts(
  value: unknown,
  at: readonly (string | number)[] = [],
): Iterable<readonly [readonly (string | number)[], object]> {
  if (typeof value !== 'object' || value === null || value instanceof Secret) return
  yield [at, value]
  for (const [key, child] of Object.entries(value))
    yield* parts(child, [...at, Array.isArray(value) ? Number(key) : key])
}

function edited<T extends object>(tree: T, [choice, value]: readonly [number, unknown]): T {
  const all = [...parts(tree)].map(([, part]) => part).filter((part) => Object.keys(part).length > 0)
  const part = all[choice % Math.max(all.length, 1)]
  const key = part && Object.keys(part)[choice % Object.keys(part).length]
  if (part === undefined || key === undefined) return tree
  if (value === null && !Array.isArray(part)) Reflect.deleteProperty(part, key)
  else Object.defineProperty(part, key, { value, enumerable: true, configurable: true, writable: true })
  return tree
}

function rebuilt(value: unknown, order: (entries: [string, unknown][]) => [string, unknown][]): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value
  if (Array.isArray(value)) return value.map((child) => rebuilt(child, order))
  const entries = Object.entries(value).map(([key, child]): [string, unknown] => [key, rebuilt(child, order)])
  return fromEntries(order(entries), Object.getPrototypeOf(value) !== null)
}

function fromEntries(entries: readonly (readonly [string, unknown])[], isPlain: boolean): object {
  const object: object = isPlain ? {} : Object.create(null)
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  }
  return object
}

function rank(key: string, seed: number): number {
  let hash = seed | 0
  for (const character of key) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash
}
