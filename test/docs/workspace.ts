import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))
/** What guides may import or run. */
const installed = ['trimtab', 'zod', 'tsx', 'typescript', '@types', 'undici-types', 'pino', 'undici'] as const

/** A folder outside of the repository in which projects find the built library, as if each had installed it. */
export interface DocsWorkspace {
  readonly folder: string
  /** Where `trimtab` and `tsc` are. */
  readonly bin: string
  /** Compiles what stands in `types/`; gives what the compiler says. */
  check(): string
  remove(): void
}

export function makeDocsWorkspace({ unusedNames = false }: { readonly unusedNames?: boolean } = {}): DocsWorkspace {
  execFileSync(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-b', 'packages/trimtab'], {
    cwd: repository,
    stdio: 'inherit',
  })
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trimtab-docs-')))
  const bin = join(folder, 'node_modules/.bin')
  mkdirSync(bin, { recursive: true })
  for (const name of installed) symlinkSync(join(repository, 'node_modules', name), join(folder, 'node_modules', name))
  const command = `#!/bin/sh\nexec '${process.execPath}' '${join(repository, 'packages/trimtab/dist/cli/bin.js')}' "$@"\n`
  writeFileSync(join(bin, 'trimtab'), command, { mode: 0o755 })
  writeFile(join(folder, 'types/tsconfig.json'), tsconfig(!unusedNames))
  writeFile(join(folder, 'types/package.json'), '{ "type": "module" }')

  return {
    folder,
    bin,
    check() {
      const tsc = join(repository, 'node_modules/typescript/bin/tsc')
      try {
        return execFileSync(process.execPath, [tsc, '--project', join(folder, 'types')], { encoding: 'utf8' })
      } catch (error) {
        return String(Reflect.get(Object(error), 'stdout'))
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export function writeFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** What a careful user has switched on. */
const tsconfig = (noUnusedLocals: boolean): string =>
  JSON.stringify({
    compilerOptions: {
      target: 'es2023',
      lib: ['es2023', 'esnext.disposable'],
      module: 'nodenext',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noUnusedLocals,
      verbatimModuleSyntax: true,
      erasableSyntaxOnly: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      allowJs: true,
      checkJs: true,
      noEmit: true,
    },
    include: ['.'],
  })
