/**
 * A service whose module ends the process when it is told to take the number 13, as a native crash would. Its arguments
 * are the file it follows and its state folder. It says on stdout what it runs on, once it is stable.
 */
import { z } from 'zod'
import { createPlane, defineConfig, defineModule, dynamic, fileSource } from '../../../packages/trimtab/src/index.ts'

const [file = '', stateDir = ''] = process.argv.slice(2)
const config = defineConfig(z.object({ app: dynamic(z.object({ value: z.number() })) }))
const take = (value: number) => {
  if (value === 13) process.kill(process.pid, 'SIGKILL')
}
const app = defineModule({
  name: 'app',
  config: config.section('app'),
  start: ({ config: { value } }) => take(value),
  reload: ({ next: { value } }) => take(value),
})
const plane = await createPlane({
  config,
  sources: [fileSource(file, { settle: 20 })],
  modules: [app],
  stateDir,
  instance: 'web-1',
})
const { state } = plane
const say = () => {
  const from = state.kind === 'running' ? state.bootedFrom : state.kind
  process.stdout.write(`${JSON.stringify({ value: plane.config.app.value, from })}\n`)
}
plane.watch('app', say)
const running = plane.run({ grace: 1, exit: false })
say()
process.exitCode = await running
