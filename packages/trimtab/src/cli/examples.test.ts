import { expect, test } from 'vitest'
import { helpOf } from '../../../../scripts/cli-page.ts'
import { cliFolder } from '../../../../test/support/run-cli.ts'

const examples = [[], ['init'], ['validate'], ['explain'], ['plan'], ['migrate']].flatMap((command) => {
  const own = [...helpOf(...command).matchAll(/^ {2}\$ trimtab (.*)$/gm)].map(([, text = '']) => text)
  return own.map((text) => ({ text, of: command.join(' ') || 'trimtab' }))
})

test('every help has examples', () => {
  expect([...new Set(examples.map(({ of }) => of))]).toEqual([
    'trimtab',
    'init',
    'validate',
    'explain',
    'plan',
    'migrate',
  ])
})

/** Those of `migrate` need a database; commands/migrate.pg.test.ts gives them one. */
const alone = examples.filter(({ of, text }) => of !== 'migrate' || text.includes('--print'))

test.each(alone)('the example `trimtab $text` works in the service that init writes', async ({ text }) => {
  const { run } = cliFolder({
    'new.yaml': 'http: { port: 9090, greeting: Hi }',
    'old.yaml': 'http: { port: 8080, greeting: Good day }',
  })
  await run(['init', '--yes'])
  const { code, stdout, stderr } = await run(text.split(' '))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).not.toBe('')
})
