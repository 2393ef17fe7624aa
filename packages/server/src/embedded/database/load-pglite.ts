import { TrimtabError } from 'trimtab'

const name = '@electric-sql/pglite'

export interface LoadedPglite {
  readonly PGlite: typeof import('@electric-sql/pglite').PGlite
  readonly NodeFS: typeof import('@electric-sql/pglite/nodefs').NodeFS
}

/** Loads PGlite where it is needed: a control plane over a PostgreSQL does without. */
export async function loadPglite(): Promise<LoadedPglite> {
  try {
    const [{ PGlite }, { NodeFS }] = await Promise.all([
      import('@electric-sql/pglite'),
      import('@electric-sql/pglite/nodefs'),
    ])
    return { PGlite, NodeFS }
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    if (!isMissing || !error.message.includes(`'${name}'`)) throw error
    throw new TrimtabError('dependency_missing', `The package ${name} is not installed. Run: npm install ${name}`, {
      cause: error,
      details: { package: name },
    })
  }
}
