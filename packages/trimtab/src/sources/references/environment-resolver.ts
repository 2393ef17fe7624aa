import { err, ok } from '../../primitives/result.ts'
import type { ReferenceResolver } from './resolver.ts'

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * `${env:NAME}`. The variables are copied when this is called: the environment of a process does not change while it
 * runs, and what code writes into `process.env` later is not meant. An empty variable is an empty value.
 */
export function environmentResolver(env: Environment): ReferenceResolver {
  const variables = new Map(Object.entries(env))
  return {
    scheme: 'env',
    async resolve(name) {
      const value = variables.get(name)
      if (value !== undefined) return ok(value)
      return err({ kind: 'unset', message: 'is not set', hint: `Set the variable ${JSON.stringify(name)}.` })
    },
  }
}
