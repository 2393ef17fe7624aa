import { isMissingPackage } from './missing-package.ts'
import { TrimtabError } from './trimtab-error.ts'

/** Packages that a service installs only when it uses the part that needs them. */
export type Peer = 'croner' | 'lru-cache' | 'pg' | 'pino' | 'undici'

/**
 * Loads an optional package where it is first needed. Throws `dependency_missing` with the command that installs it;
 * an installed package that fails to load throws what it threw.
 */
export async function loadPeer<T>(name: Peer, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!isMissingPackage(error, name)) throw error
    throw new TrimtabError('dependency_missing', `The package ${name} is not installed. Run: npm install ${name}`, {
      cause: error,
      details: { package: name },
    })
  }
}
