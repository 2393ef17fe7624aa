/**
 * Prints how many tests passed and failed, from the runner's own report. A file that failed as a whole counts as one failure,
 * and so does a run that ended badly for a reason that no test knows, or that left no report.
 */
import { existsSync, readFileSync } from 'node:fs'

const [file, status] = process.argv.slice(2)
const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { testResults: [] }
const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
const passed = tests.filter((test) => test.status === 'passed').length
const failedTests = tests.filter((test) => test.status === 'failed').length
const failedFiles = report.testResults.filter(
  (result) => result.status === 'failed' && !result.assertionResults.some((test) => test.status === 'failed'),
).length
const failed = failedTests + failedFiles
console.log(passed, failed === 0 && (status !== '0' || passed === 0) ? 1 : failed)
