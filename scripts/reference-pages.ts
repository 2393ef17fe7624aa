/** Writes, or with --check compares, the reference pages that are made from tables in the code. */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type ErrorKind, errorCodes } from '../packages/trimtab/src/errors/error-codes.ts'
import { cliPage } from './cli-page.ts'
import { eventsPage } from './events-page.ts'
import { metricsPage } from './metrics-page.ts'
import { optionsPage } from './options-page.ts'
import { partsPage } from './parts-page.ts'
import { problemsPage } from './problems-page.ts'
import { publishProblemsPage } from './publish-problems-page.ts'
import { sourcesPage } from './sources-page.ts'

/** Every page that is made from the code, by its place. */
export const pages: ReadonlyMap<string, () => string> = new Map([
  ['docs/reference/errors.md', errorsPage],
  ['docs/reference/cli.md', cliPage],
  ['docs/reference/events.md', eventsPage],
  ['docs/reference/metrics.md', metricsPage],
  ['docs/reference/options.md', optionsPage],
  ['docs/reference/parts.md', partsPage],
  ['docs/reference/problems.md', problemsPage],
  ['docs/reference/publish-problems.md', publishProblemsPage],
  ['docs/reference/sources.md', sourcesPage],
])

/** The page of all error codes, with what each means wherever it surfaces. */
export function errorsPage(): string {
  const rows = Object.entries<ErrorKind>(errorCodes).map(
    ([code, { title, status, exitCode, retryable, action }]) =>
      `| \`${code}\` | ${title} | ${status} | ${exitCode} | ${retryable ? 'yes' : 'no'} | ${action} |`,
  )
  return `# Error codes

<!-- Generated from packages/trimtab/src/errors/error-codes.ts by \`npm run reference\`. -->

Every error Trimtab throws is a \`TrimtabError\` with one of these codes. The same code decides the status of an HTTP answer and the exit code of the
command; 0 is success. *Retryable*: the same call may succeed later without any change by the caller.

| code | meaning | HTTP | exit | retryable | what to do |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [place, text] of pages) {
    const file = new URL(`../${place}`, import.meta.url)
    if (!process.argv.includes('--check')) await writeFile(file, text())
    else if ((await readFile(file, 'utf8')) !== text()) {
      console.error(`${place} is not what the code says: run \`npm run reference\``)
      process.exitCode = 1
    }
  }
}
