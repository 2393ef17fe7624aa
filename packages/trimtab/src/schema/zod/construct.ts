/** Beyond this many keys, the engine turns an object that is filled by assignment into a slow dictionary. */
const fastByAssignment = 16

/**
 * Makes objects from values in the order of `keys`. One constructor and one order give every snapshot the same hidden
 * class, so that reading stays as fast as in an object literal however many snapshots came before. An optional field
 * that is absent is there with the value `undefined`: it prints, serialises and compares as absent, but `in` finds it.
 */
export function constructorOf(keys: readonly string[]): (values: readonly unknown[]) => object {
  function Section(this: Record<string, unknown>, values: readonly unknown[]) {
    for (let index = 0; index < keys.length; index += 1) this[keys[index] ?? ''] = values[index]
  }
  function WideSection(this: Record<string, unknown>, values: readonly unknown[]) {
    for (let index = 0; index < keys.length; index += 1) {
      const value = values[index]
      Object.defineProperty(this, keys[index] ?? '', { value, enumerable: true, configurable: true, writable: true })
    }
  }
  const constructor = keys.length <= fastByAssignment ? Section : WideSection
  constructor.prototype = Object.prototype
  // A function that fills `this` is a constructor.
  const Constructor = constructor as unknown as new (values: readonly unknown[]) => object
  return (values) => new Constructor(values)
}
