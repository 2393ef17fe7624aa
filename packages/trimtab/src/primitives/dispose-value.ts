/** Ends a value that has a way to be ended: `Symbol.asyncDispose`, `Symbol.dispose` or `close()`. Others are left alone. */
export async function disposeValue(value: unknown): Promise<void> {
  if (typeof value !== 'object' || value === null) return
  for (const name of [Symbol.asyncDispose, Symbol.dispose, 'close'] as const) {
    // Node 20 may lack the dispose symbols of a value made elsewhere; a missing method is simply not there.
    const method: unknown = Reflect.get(value, name)
    if (typeof method !== 'function') continue
    await Reflect.apply(method, value, [])
    return
  }
}
