import { ownManifest } from '../own-manifest.ts'
import type { Answers } from './answers.ts'
import { configFile, schemaFile } from './template/config.ts'
import { httpFile, mainFile, serviceFile } from './template/code.ts'
import { ignoreFile, packageFile, tsconfigFile } from './template/project.ts'
import { readmeFile } from './template/readme.ts'

/** The files of a service by their places in its folder. */
export function serviceFiles({ name, language }: Answers): ReadonlyMap<string, string> {
  const extension = language === 'typescript' ? 'ts' : 'js'
  const { version, peerDependencies } = ownManifest()
  const versions = { trimtab: `^${version}`, zod: peerDependencies.zod }
  return new Map([
    ['package.json', packageFile({ name, language, extension, versions })],
    ...(language === 'typescript' ? [['tsconfig.json', tsconfigFile] as const] : []),
    ['config.yaml', configFile],
    [`src/config.${extension}`, schemaFile],
    [`src/http.${extension}`, httpFile(extension)],
    [`src/service.${extension}`, serviceFile(extension)],
    [`src/main.${extension}`, mainFile(extension)],
    ['README.md', readmeFile(name, extension)],
    ['.gitignore', ignoreFile],
  ])
}
