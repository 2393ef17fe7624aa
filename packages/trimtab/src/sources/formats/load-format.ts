import { basename, extname } from 'node:path'
import type { Format } from './format.ts'
import { loadDotenvFormat } from './dotenv/dotenv.ts'
import { loadJsonFormat } from './json.ts'
import { loadTomlFormat } from './toml/toml.ts'
import { yamlFormat } from './yaml/yaml.ts'

export const formatNames = ['yaml', 'json', 'toml', 'dotenv'] as const

export type FormatName = (typeof formatNames)[number]

/** What a person may choose from, for messages. */
export const knownExtensions = '.yaml, .yml, .json, .jsonc, .toml and .env'

const byExtension: ReadonlyMap<string, FormatName> = new Map([
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.json', 'json'],
  ['.jsonc', 'json'],
  ['.toml', 'toml'],
  ['.env', 'dotenv'],
])

/** The format that a file's name tells; undefined for an extension that is not known. `.env.local` is one of dotenv's. */
export function formatOf(file: string): FormatName | undefined {
  const name = basename(file).toLowerCase()
  const known = byExtension.get(extname(name))
  if (known !== undefined) return known
  return name === '.env' || name.startsWith('.env.') ? 'dotenv' : undefined
}

/** The parsers but that of YAML are loaded when the first file needs them. */
export async function loadFormat(name: FormatName): Promise<Format> {
  switch (name) {
    case 'yaml':
      return yamlFormat
    case 'json':
      return loadJsonFormat()
    case 'toml':
      return loadTomlFormat()
    case 'dotenv':
      return loadDotenvFormat()
    default:
      return name satisfies never
  }
}
