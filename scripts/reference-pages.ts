/** Writes, or with --check compares, the reference pages that are made from tables in the code. */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type ErrorKind, errorCodes } from '../packages/trimtab/src/errors/error-codes.ts'

const page = fileURLToPath(new URL('../docs/reference/errors.md', import.meta.url))

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
  if (process.argv.includes('--check')) {
    if ((await readFile(page, 'utf8')) !== errorsPage()) {
      console.error('docs/reference/errors.md is not what the code says: run `npm run reference`')
      process.exitCode = 1
    }
  } else await writeFile(page, errorsPage())
}
