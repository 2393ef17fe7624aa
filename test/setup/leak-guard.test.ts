import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const messages = new Map<string, string>()

/** Every fixture in one run of the real runner with the real guard. */
beforeAll(async () => {
  const args = ['run', '--config', 'test/setup/fixtures/vitest.config.ts', '--reporter', 'json']
  const output = await new Promise<string>((resolve) => {
    execFile(`${root}/node_modules/.bin/vitest`, args, { cwd: root }, (_error, stdout) => resolve(stdout))
  })
  const report: { testResults: { name: string; message: string }[] } = JSON.parse(output.slice(output.indexOf('{')))
  for (const { name, message } of report.testResults) messages.set(basename(name, '.fixture.ts'), message)
}, 60_000)

test.each([
  ['timer', ['timer made at test/setup/fixtures/timer.fixture.ts']],
  ['unref-interval', ['timer made at test/setup/fixtures/unref-interval.fixture.ts']],
  ['server', ['server made through node:net']],
  ['socket', ['socket made at test/setup/fixtures/socket.fixture.ts', 'socket made through an accepted connection']],
  ['watcher', ['file watcher made at test/setup/fixtures/watcher.fixture.ts']],
  ['poller', ['file poller made at test/setup/fixtures/poller.fixture.ts']],
  ['listener', ['process listener for SIGHUP added at test/setup/fixtures/listener.fixture.ts']],
  [
    'child-process',
    [
      'child process made at test/setup/fixtures/child-process.fixture.ts',
      'pipe made at test/setup/fixtures/child-process.fixture.ts',
    ],
  ],
  ['worker', ['worker thread made at test/setup/fixtures/worker.fixture.ts']],
])('a test file that leaves a %s fails, and the place is named', (fixture, parts) => {
  const [first, ...left] = messages.get(fixture)?.split('\n') ?? []
  expect(first).toBe('The test file left behind:')
  expect(left.map((line) => line.trim())).toEqual(parts.map((part) => expect.stringContaining(part)))
})

test('a test file that gives everything back passes', () => {
  expect(messages.get('clean')).toBe('')
})
