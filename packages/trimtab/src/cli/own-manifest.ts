import { readFileSync } from 'node:fs'

/** What the command needs from the package's own package.json. */
export interface OwnManifest {
  readonly version: string
  readonly peerDependencies: { readonly zod: string }
}

export function ownManifest(): OwnManifest {
  // The same file from the sources and from what is built of them.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  // It is published together with this file.
  return JSON.parse(text) as OwnManifest
}
