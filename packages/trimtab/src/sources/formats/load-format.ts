import { basename, extname } from 'node:path'
import type { Format } from './format.ts'

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

/** The parsers are loaded when the first file needs them: nobody waits at the start for those of other formats. */
export async function loadFormat(name: FormatName): Promise<Format> {
  switch (name) {
    case 'yaml': {
      const { yamlFormat } = await import('./yaml/yaml.ts')
      return yamlFormat
    }
    case 'json': {
      const { loadJsonFormat } = await import('./json.ts')
      return loadJsonFormat()
    }
    case 'toml': {
      const { loadTomlFormat } = await import('./toml/toml.ts')
      return loadTomlFormat()
    }
    case 'dotenv': {
      const { loadDotenvFormat } = await import('./dotenv/dotenv.ts')
      return loadDotenvFormat()
    }
    default:
      return name satisfies never
  }
}
