import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'

const trimtab = new URL('../index.ts', import.meta.url).href
const zod = import.meta.resolve('zod')
const tsx = import.meta.resolve('tsx')

/** A process that has nothing to do but this: what it printed, and its exit code. */
async function runAlone(script: string): Promise<{ code: number; stdout: string }> {
  const head = `
    import { createPlane, defineConfig, defineModule, dynamic, loadConfig, objectSource, pollingSource } from '${trimtab}'
    import { z } from '${zod}'
    const config = defineConfig(z.object({ max: dynamic(z.number().default(1)) }))
    const hang = () => new Promise(() => {})
  `
  const child = spawn(process.execPath, ['--import', tsx, '--input-type=module', '-e', head + script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  const [code] = await once(child, 'close')
  return { code, stdout: stdout.trim() }
}

test.each([
  [
    'remote sources that stay away at boot',
    `const down = pollingSource({ name: 'down', fetch: async () => { throw new Error() } })
     await createPlane({ config, sources: [down], reload: { bootTimeout: 300 } }).catch(({ code }) => console.log(code))`,
    'source_unreadable',
  ],
  [
    'a start that hangs',
    `const stuck = defineModule({ name: 'stuck', start: hang, startTimeout: 100 })
     await createPlane({ config, sources: [], modules: [stuck] }).catch(({ code }) => console.log(code))`,
    'step_timed_out',
  ],
  [
    'a stop that hangs',
    `const stuck = defineModule({ name: 'stuck', start: () => 1, stop: hang, stopTimeout: 100 })
     const plane = await createPlane({ config, sources: [], modules: [stuck] })
     console.log((await plane.close()).unfinished[0].module)`,
    'stuck',
  ],
  [
    'a check that hangs',
    `const wait = defineModule({ name: 'wait', start: () => 1, check: ({ previous }) => previous && hang(),
       config: config.section('max'), checkTimeout: 100 })
     const plane = await createPlane({ config, sources: [], modules: [wait] })
     console.log((await plane.override({ max: 2 }, { for: '1m', reason: 'test' })).outcome.problems[0].code)`,
    'step_timed_out',
  ],
  [
    'a source that never answers a job',
    `const silent = pollingSource({ name: 'silent', fetch: hang, timeout: 100 })
     await loadConfig({ config, sources: [silent] }).catch(({ code }) => console.log(code))`,
    'source_unreadable',
  ],
])(
  'a process with nothing else to do hears of %s',
  async (_, script, printed) => {
    expect(await runAlone(script)).toEqual({ code: 0, stdout: printed })
  },
  30_000,
)

test('a plane that runs keeps no process alive by itself, and `run` ends when somebody closes the plane', async () => {
  const plane = `const plane = await createPlane({ config, sources: [objectSource({})] });`
  expect(await runAlone(`${plane} console.log(plane.config.max)`)).toEqual({ code: 0, stdout: '1' })
  expect(
    await runAlone(`${plane}
      const running = plane.run({ exit: false })
      await plane.close()
      console.log(await running, await plane.run({ exit: false }))`),
  ).toEqual({ code: 0, stdout: '0 0' })
}, 30_000)
