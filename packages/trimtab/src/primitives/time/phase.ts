import { hash } from 'node:crypto'

/** Where in its rhythm something begins: from 0 (included) to 1 (excluded). */
export type Phase = (what: string) => number

// The two numbers whose multiples keep furthest apart from each other, wrapped around 1.
const golden = (Math.sqrt(5) - 1) / 2
const silver = Math.SQRT2 - 1

/** Up to nine digits: of longer numbers, which count nothing, the multiples above would be too coarse. */
const numbered = /^(|.*[^0-9])([0-9]{1,9})$/s

/**
 * Has siblings that are named in sequence (`web-0`, `web-1`, …), or that share such a name as processes in sequence, begin as
 * far from each other as they can without knowing of each other. For a name that ends in no number undefined: chance does
 * as well there.
 */
export function siblingPhase({ name, pid }: { readonly name: string; readonly pid: number }): Phase | undefined {
  const [, family, ordinal] = numbered.exec(name) ?? []
  if (family === undefined || ordinal === undefined) return undefined
  const own = golden * Number(ordinal) + silver * pid
  return (what) => (share(JSON.stringify([family, what])) + own) % 1
}

/** A number from 0 to 1 that is the same for the same text, and has nothing to do with that of another. */
function share(text: string): number {
  return Number.parseInt(hash('sha256', text, 'hex').slice(0, 12), 16) / 2 ** 48
}
