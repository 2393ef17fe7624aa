import { expect, test } from 'vitest'
import { cliFolder, schemaModule } from '../../../../../test/support/run-cli.ts'

const header =
  "import { defineConfig } from 'trimtab'\nimport { z } from 'zod'\nconst made = defineConfig(z.object({ a: z.int().default(1) }))\n"

test('the configuration is the export `config`, or the default export, of any kind of module', async () => {
  const modules = {
    'named.js': `${header}export const config = made\n`,
    'default.mjs': `${header}export default made\n`,
    'object.js': `${header}export default { config: made }\n`,
    'both.js': `${header}export const config = { pool: 1 }\nexport default made\n`,
  }
  const { run } = cliFolder(modules)
  for (const file of Object.keys(modules)) {
    const { code, stdout } = await run(['explain', 'a', '--schema', file, '--set', 'a=2'])
    expect(stdout, file).toContain('a = 2')
    expect(code).toBe(0)
  }
})

test('a module without a configuration, or with something else in the place of a list, is refused with an example', async () => {
  const refusals = {
    'export const conf = 1': 'exports no configuration.',
    'export const config = { shape: {}, validate() {}, section() {} }': 'exports no configuration.',
    'export default null': 'exports no configuration.',
    [`${header}export const config = made; export const sources = 'config.yaml'`]:
      '`sources` of schema.js is no list of sources.',
    [`${header}export const config = made; export const sources = ['config.yaml']`]:
      '`sources` of schema.js is no list of sources.',
    [`${header}export const config = made; export const modules = [{ name: 'x' }]`]:
      '`modules` of schema.js is no list of modules.',
    [`${header}export const config = made; export const references = 'DB_*'`]:
      '`references` of schema.js is no object.',
  }
  for (const [text, message] of Object.entries(refusals)) {
    const { run } = cliFolder({ 'schema.js': text })
    const { code, stderr } = await run(['validate', 'schema.js'])
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  }
})

test('what the module throws is told; its own codes are kept', async () => {
  const { run } = cliFolder({
    'throws.js': "throw new Error('no database')",
    'broken.js': 'export const = 1',
    'schema.js': "import { defineConfig } from 'trimtab'\nexport const config = defineConfig('x')",
  })
  const thrown = await run(['validate', 'throws.js'])
  expect(thrown).toMatchObject({ code: 2 })
  expect(thrown.stderr).toContain('The schema module throws.js cannot be imported: no database')
  expect((await run(['validate', 'broken.js'])).stderr).toContain('The schema module broken.js cannot be imported: ')
  expect((await run(['validate', 'schema.js'])).stderr).toContain('defineConfig() expects a z.object() of zod 4.')
  expect((await run(['validate', 'gone.js'])).stderr).toContain('There is no schema module gone.js.')
})

test('the references that the service allows and resolves are those of the command', async () => {
  const schema = `${schemaModule}
export const references = { resolvers: [] }
`
  const { run } = cliFolder({ 'src/config.js': schema, 'config.yaml': 'http: { greeting: "${env:GREETING}" }' })
  const { code, stdout } = await run(['explain', 'http.greeting'], { env: { GREETING: 'from the environment' } })
  expect(code).toBe(0)
  expect(stdout).toContain('http.greeting = "${env:GREETING}"')
  expect(stdout).not.toContain('from the environment')
  const unset = await run(['validate'])
  expect(unset.stdout).toContain('GREETING')
  expect(unset.code).toBe(4)
})

test('modules that depend on each other in a circle are told with their code', async () => {
  const schema = `${schemaModule}
const a = { name: 'a', definition: {} }
const b = { name: 'b', definition: { dependsOn: [a] } }
a.definition.dependsOn = [b]
modules.push(a, b)
`
  const { run } = cliFolder({ 'src/config.js': schema, 'config.yaml': '{}', 'new.yaml': '{}' })
  const { code, stderr } = await run(['plan', '--candidate', 'new.yaml'])
  expect(code).toBe(2)
  expect(stderr).toContain('a → b → a')
})
