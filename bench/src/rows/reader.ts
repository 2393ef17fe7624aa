interface Read {
  readonly config: { readonly a: { readonly b: { readonly c: number } } }
}

/** Reads a number from each of two in turn. Each copy of this module has its own function, with its own memory of shapes. */
export function readInTurn(pair: readonly [Read, Read], times: number): number {
  let sum = 0
  for (let index = 0; index < times; index += 1) sum += pair[index & 1 ? 1 : 0].config.a.b.c
  return sum
}
