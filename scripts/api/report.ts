import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

const silent = { default: { logLevel: ExtractorLogLevel.None } }

/**
 * The full signatures that one emitted declaration file offers, as text. Types that are not exported but can be seen through
 * a signature are in it too. API Extractor brings a TypeScript of its own and reads declarations only.
 */
export function apiReport(packageFolder: string, declarations: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'api-'))
  try {
    const config = ExtractorConfig.prepare({
      configObject: {
        projectFolder: packageFolder,
        mainEntryPointFilePath: join(packageFolder, declarations),
        apiReport: {
          enabled: true,
          includeForgottenExports: true,
          reportFileName: 'current.api.md',
          reportFolder: folder,
          reportTempFolder: join(folder, 'temp'),
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        compiler: {
          overrideTsconfig: {
            compilerOptions: {
              target: 'es2023',
              lib: ['es2023', 'esnext.disposable'],
              module: 'nodenext',
              types: ['node'],
              strict: true,
              exactOptionalPropertyTypes: true,
              skipLibCheck: true,
            },
            files: [join(packageFolder, declarations)],
          },
        },
        messages: {
          compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
          extractorMessageReporting: silent,
          tsdocMessageReporting: silent,
        },
      },
      configObjectFullPath: undefined,
      packageJsonFullPath: join(packageFolder, 'package.json'),
    })
    const { succeeded } = Extractor.invoke(config, {
      localBuild: true,
      messageCallback(message) {
        message.handled = true
        if (message.logLevel === ExtractorLogLevel.Error)
          console.error(message.formatMessageWithLocation(packageFolder))
      },
    })
    if (!succeeded) throw new Error(`API Extractor could not read ${declarations}`)
    return readFileSync(join(folder, 'current.api.md'), 'utf8').replaceAll('\r\n', '\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
