/** `npm run check:layers`: the import table as a check, and first the proof that the check can fail. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from './inspect.mjs'

const planted = mkdtempSync(join(tmpdir(), 'layers-'))
for (const [file, text] of Object.entries({
  'packages/trimtab/src/primitives/planted.ts': `import type { Upper } from '../plane/planted.ts'\nexport type Lower = Upper\n`,
  'packages/trimtab/src/plane/planted.ts': 'export type Upper = string\n',
})) {
  mkdirSync(dirname(join(planted, file)), { recursive: true })
  writeFileSync(join(planted, file), text)
}
const proof = await inspect(planted)
rmSync(planted, { recursive: true })
if (!proof.findings.some((finding) => finding.startsWith('layer-primitives: '))) {
  console.error('The check is blind: it did not see an import of plane/ in primitives/.')
  process.exit(1)
}

const { files, imports, findings } = await inspect(fileURLToPath(new URL('../..', import.meta.url)))
for (const finding of findings) console.error(finding)
console.log(`layers: ${files} files, ${imports} imports, ${findings.length} findings`)
process.exitCode = findings.length > 0 ? 1 : 0
