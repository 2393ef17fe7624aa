import { parseArgs } from 'node:util'

export interface Options {
  readonly isJson: boolean
  /** The groups to be measured. */
  readonly names: readonly string[]
}

/** Throws for what is not known. */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
  })
  for (const name of values.only ?? []) {
    if (!known.includes(name)) throw new Error(`There is no group ${name}. Those that exist: ${known.join(', ')}.`)
  }
  return { isJson: values.json, names: values.only ?? known }
}
