import { resolve } from 'node:path'
import type { Module } from '../../modules/define-module.ts'
import type { ReferenceOptions } from '../../plane/options.ts'
import type { ConfigDefinition } from '../../schema/define-config.ts'
import type { Source } from '../../sources/source.ts'
import { usageError } from '../usage-error.ts'
import { findSchemaModule } from './find-schema-module.ts'
import { importModule } from './import-module.ts'

/** What a schema module exports, as far as the command needs it. */
export interface Service {
  /** The module, as it is shown to people. */
  readonly shown: string
  readonly definition: ConfigDefinition
  readonly sources: readonly Source[] | undefined
  readonly modules: readonly Module[]
  readonly references: ReferenceOptions | undefined
}

export interface LoadServiceOptions {
  /** As it was given; looked for, if it is undefined. */
  readonly schema: string | undefined
  readonly cwd: string
  readonly nodeVersion: string
}

/** Imports the schema module and takes from it what it exports. */
export async function loadService({ schema, cwd, nodeVersion }: LoadServiceOptions): Promise<Service> {
  const shown = schema ?? (await findSchemaModule(cwd))
  const exported = await importModule({ path: resolve(cwd, shown), shown, nodeVersion })
  return {
    shown,
    definition: definitionIn(exported, shown),
    sources: listIn(exported, 'sources', shown, isSource),
    modules: listIn(exported, 'modules', shown, isModule) ?? [],
    references: referencesIn(exported, shown),
  }
}

/** Two copies of the package may be at work, so what something is is told by what it has. */
function definitionIn(exported: object, shown: string): ConfigDefinition {
  const found = [Reflect.get(exported, 'config'), defaultOf(exported)].find(isDefinition)
  if (found !== undefined) return found
  throw usageError(
    `${shown} exports no configuration.`,
    'Export what defineConfig() gives: export const config = defineConfig(z.object({ … })).',
  )
}

/** The default export; of a CommonJS module seen through an import, the default in that. */
function defaultOf(exported: object): unknown {
  const value: unknown = Reflect.get(exported, 'default')
  if (typeof value !== 'object' || value === null || isDefinition(value)) return value
  return Reflect.get(value, 'config') ?? Reflect.get(value, 'default')
}

function listIn<T>(
  exported: object,
  name: 'sources' | 'modules',
  shown: string,
  isItem: (value: unknown) => value is T,
): readonly T[] | undefined {
  const value: unknown = Reflect.get(exported, name)
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every(isItem)) return value
  const example = name === 'sources' ? "[fileSource('config.yaml')]" : '[http, pool]'
  throw usageError(
    `\`${name}\` of ${shown} is no list of ${name}.`,
    `Write it like: export const ${name} = ${example}.`,
  )
}

function referencesIn(exported: object, shown: string): ReferenceOptions | undefined {
  const value: unknown = Reflect.get(exported, 'references')
  // The option of createPlane(), which reads what is in it.
  if (value === undefined || (typeof value === 'object' && value !== null)) return value
  throw usageError(`\`references\` of ${shown} is no object.`, 'Export the same that createPlane() is given.')
}

function isDefinition(value: unknown): value is ConfigDefinition {
  if (!has(value, 'validate', 'function') || !has(value, 'section', 'function') || !has(value, 'shape', 'object')) {
    return false
  }
  return Reflect.get(Object(Reflect.get(value, 'shape')), 'kind') === 'object'
}

function isSource(value: unknown): value is Source {
  return has(value, 'name', 'string') && has(value, 'open', 'function')
}

function isModule(value: unknown): value is Module {
  return has(value, 'name', 'string') && has(value, 'definition', 'object')
}

function has(value: unknown, name: string, type: 'function' | 'object' | 'string'): value is object {
  if (typeof value !== 'object' || value === null) return false
  const member: unknown = Reflect.get(value, name)
  return typeof member === type && member !== null
}
