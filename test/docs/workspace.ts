import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const tsc = join(repository, 'node_modules/typescript/bin/tsc')
const manifest: { dependencies: Record<string, string> } = JSON.parse(
  readFileSync(join(repository, 'packages/trimtab/package.json'), 'utf8'),
)
/** What the library needs, and what guides import or run beside it. */
const installed = [
  ...Object.keys(manifest.dependencies),
  ...['zod', 'croner', 'lru-cache', 'pg', 'pino', 'undici', 'undici-types', 'tsx'],
  ...['typescript', '@types', '@opentelemetry'],
  ...['@electric-sql', 'tar'],
]

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
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trimtab-docs-')))
  const modules = join(folder, 'node_modules')
  const bin = join(modules, '.bin')
  mkdirSync(bin, { recursive: true })
  for (const name of installed) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(placeOf(name), join(modules, name))
  }
  buildLibrary(join(modules, 'trimtab'))
  buildServer(folder)
  const command = `#!/bin/sh\nexec '${process.execPath}' '${join(modules, 'trimtab/dist/cli/bin.js')}' "$@"\n`
  writeFileSync(join(bin, 'trimtab'), command, { mode: 0o755 })
  writeFile(join(folder, 'types/tsconfig.json'), tsconfig(!unusedNames))
  writeFile(join(folder, 'types/package.json'), '{ "type": "module" }')

  return {
    folder,
    bin,
    check() {
      try {
        return execFileSync(process.execPath, [tsc, '--project', join(folder, 'types')], { encoding: 'utf8' })
      } catch (error) {
        return String(Reflect.get(Object(error), 'stdout'))
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A build of its own: nothing that is read here is written by anybody else meanwhile. */
function buildLibrary(folder: string): void {
  const own = ['--outDir', join(folder, 'dist'), '--tsBuildInfoFile', join(folder, '.tsbuildinfo')]
  execFileSync(process.execPath, [tsc, '--project', 'packages/trimtab', ...own], { cwd: repository, stdio: 'inherit' })
  copyFileSync(join(repository, 'packages/trimtab/package.json'), join(folder, 'package.json'))
}

/** The second package, on the first one as it is built here. */
function buildServer(folder: string): void {
  const server = join(repository, 'packages/server')
  const built = join(folder, 'node_modules/@trimtab/server')
  const library = join(folder, 'node_modules/trimtab/dist')
  const compilerOptions = {
    ...{ rootDir: join(server, 'src'), outDir: join(built, 'dist'), composite: false, noCheck: true },
    paths: { trimtab: [join(library, 'index.d.ts')], 'trimtab/postgres': [join(library, 'postgres/index.d.ts')] },
  }
  const project = join(folder, 'server.tsconfig.json')
  const [include, exclude] = ['src', 'src/**/*.test.ts'].map((place) => [join(server, place)])
  writeFile(
    project,
    JSON.stringify({ extends: join(repository, 'tsconfig.base.json'), compilerOptions, include, exclude }),
  )
  execFileSync(process.execPath, [tsc, '--project', project], { stdio: 'inherit' })
  copyFileSync(join(server, 'package.json'), join(built, 'package.json'))
  // What a new store is unpacked from, as far as it has been built: without it a new one takes longer.
  const template = join(server, 'template')
  if (existsSync(template)) cpSync(template, join(built, 'template'), { recursive: true })
}

function placeOf(name: string): string {
  const own = join(repository, 'packages/trimtab/node_modules', name)
  return existsSync(own) ? own : join(repository, 'node_modules', name)
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
