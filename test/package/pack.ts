import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    tarball: string
  }
}

/** Packs the library once for all tests of the package, exactly as it would be published. */
export default function pack(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'trimtab-packed-'))
  const args = ['pack', '--workspace', 'trimtab', '--json', '--pack-destination', folder]
  const output = execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  const packed: [{ filename: string }] = JSON.parse(output.slice(output.indexOf('[')))
  project.provide('tarball', join(folder, packed[0].filename))
  return () => rmSync(folder, { recursive: true })
}
