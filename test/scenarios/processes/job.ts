/** A job that loads its configuration, says it, and has nothing more to do. Its argument is the folder. */
import { join } from 'node:path'
import { z } from 'zod'
import {
  defineConfig,
  directorySource,
  dynamic,
  envSource,
  fileSource,
  loadConfig,
  pollingSource,
  secret,
} from '../../../packages/trimtab/src/index.ts'

const [folder = ''] = process.argv.slice(2)
const config = defineConfig(
  z.object({ pool: dynamic(z.object({ max: z.number(), url: secret(z.string()), name: z.string().default('job') })) }),
)
const { pool } = await loadConfig({
  config,
  sources: [
    pollingSource({ name: 'memory', interval: '1s', fetch: async () => ({ tree: { pool: { max: 1 } } }) }),
    directorySource(join(folder, 'conf.d')),
    fileSource(join(folder, 'config.yaml')),
    envSource({ prefix: 'JOB_' }),
  ],
})
process.stdout.write(JSON.stringify(pool))
