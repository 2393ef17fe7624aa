import type { Language } from '../../command.ts'
import type { Extension } from './code.ts'

export interface PackageOptions {
  readonly name: string
  readonly language: Language
  readonly extension: Extension
  readonly versions: Readonly<Record<'trimtab' | 'zod', string>>
}

export function packageFile({ name, language, extension, versions }: PackageOptions): string {
  const isTyped = language === 'typescript'
  const manifest = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: {
      start: `node ${isTyped ? '--import tsx ' : ''}src/main.${extension}`,
      validate: 'trimtab validate',
      ...(isTyped && { check: 'tsc' }),
    },
    trimtab: { schema: `src/service.${extension}` },
    // tsx is needed to run, not only to develop.
    dependencies: { ...versions, ...(isTyped && { tsx: '^4.20.0' }) },
    ...(isTyped && { devDependencies: { '@types/node': '^20.19.0', typescript: '>=5.9.0' } }),
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

export const tsconfigFile = `{
  "compilerOptions": {
    "target": "es2023",
    "lib": ["es2023", "esnext.disposable"],
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "noUncheckedIndexedAccess": true,
    "verbatimModuleSyntax": true,
    "erasableSyntaxOnly": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true,
    "noEmit": true
  },
  "include": ["src"]
}
`

export const ignoreFile = 'node_modules/\n'
