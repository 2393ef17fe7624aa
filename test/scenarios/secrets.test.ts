import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createPlane,
  defineConfig,
  defineModule,
  dynamic,
  fileSource,
  type JsonObject,
  printOrigin,
  type ReferenceResolver,
  type Secret,
  type Source,
  secret,
  type Verdict,
} from 'trimtab'
import { createManualClock, scriptedSource } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createWitness, expectAbsent } from '../support/no-leak.ts'
import { settle } from '../support/settle.ts'
import { tempFolder } from '../support/temp-folder.ts'

const config = defineConfig(
  z.object({
    app: dynamic(
      z.object({
        password: secret(z.string()).optional(),
        /** No secret by its mark: what a reference gives is one all the same. */
        text: z.string().optional(),
        keys: secret(z.record(z.string(), z.string())).optional(),
        mode: z.string().default('first'),
        replica: z.number().default(1),
      }),
    ),
  }),
)

interface App {
  readonly password?: Secret | undefined
  readonly text?: string | undefined
}

const marked = ['m4rked-hunter2', 'm4rked-changed', 'm4rked-0verride'] as const
const referenced = ['r3ferenced-hunter2', 'r3ferenced-changed'] as const
const keys = ['k3y-one-hunter2', 'k3y-two-hunter2'] as const
const secrets = [...marked, ...referenced, ...keys]

/** What a module says that quotes everything it knows. */
function blab(where: string, { password, text }: App): Error {
  return new Error(`${where} failed with ${password?.reveal() ?? ''} and ${encodeURIComponent(text ?? '')}`)
}

test('a secret, by mark or by reference, comes out nowhere, whether added, changed or removed, refused, undone or stuck', async () => {
  const clock = createManualClock()
  let kept: string = referenced[0]
  const vault: ReferenceResolver = { scheme: 'vault', resolve: async () => ({ ok: true, value: kept }) }
  const source = scriptedSource({ tree: { app: {} } })
  const witness = createWitness()
  let failing: 'check' | 'start' | 'reload' | 'undo' | 'later' | 'stop' | 'listener' | 'judge' | undefined
  const app = defineModule({
    name: 'app',
    config: config.section('app'),
    replaceOn: ['replica'],
    start({ config: section }) {
      if (failing === 'start') throw blab('start', section)
      return { section }
    },
    check({ next }) {
      if (failing === 'check') throw blab('check', next)
    },
    reload({ next, previous }) {
      if (failing === 'reload' && next.mode === 'second') throw blab('reload', next)
      return () => {
        if (failing === 'undo') throw new Error(`${blab('undo', next).message}, ${blab('undo', previous).message}`)
      }
    },
    stop({ resource: { section } }) {
      if (failing === 'stop') throw blab('stop', section)
    },
  })
  const later = defineModule({
    name: 'later',
    config: config.section('app'),
    dependsOn: [app],
    start: () => {},
    reload({ next, previous }) {
      if (next.mode === 'second' && (failing === 'undo' || failing === 'later'))
        throw new AggregateError([], `${blab('later', next).message}, ${blab('later', previous).message}`)
    },
  })
  const judge = async (): Promise<Verdict> =>
    failing === 'judge' ? { kind: 'unhealthy', reasons: [blab('judge', plane.config.app).message] } : { kind: 'stable' }
  const plane = await createPlane({
    config,
    sources: [source],
    modules: [app, later],
    references: { resolvers: [vault] },
    bake: { judge: { judge } },
    clock,
    random: () => 0.5,
    logger: witness.logger,
  })
  await clock.advance(0)
  witness.watch(plane)
  plane.watch('app', ({ next }) => {
    if (failing === 'listener') throw blab('listener', next)
  })
  const paths = ['app', 'app.password', 'app.text', 'app.keys', 'app.keys.a', 'app.mode']
  const search = () => expectAbsent(witness.printed(plane, paths), secrets)
  const statuses: string[] = []
  const change = async (tree: JsonObject, fails?: typeof failing) => {
    failing = fails
    source.set({ app: tree })
    const outcome = await settle(clock, plane.reload())
    failing = undefined
    statuses.push(`${fails ?? 'nothing'} ${outcome.status}`)
    search()
  }

  const text = '${vault:app}'
  const first = { password: marked[0], text: `before ${text} after`, keys: { a: keys[0] } }
  const second = { password: marked[1], text, keys: { a: keys[1], b: keys[0] }, mode: 'second' }
  await change(first)
  await change(second, 'check')
  await change(second, 'reload')
  await change({ ...second, keys: {} }, 'later')
  await change({ ...second, keys: { c: keys[0] } }, 'judge')
  await change({ ...first, replica: 5 }, 'start')
  await change({ ...second, replica: 2 }, 'listener')
  kept = referenced[1]
  await change({ ...second, replica: 2 })
  // It still holds what it was started with, which is out of force since the reload before.
  await change({ ...first, replica: 3 }, 'stop')
  await change({ ...first, replica: 4 })
  await change({ ...second, replica: 4 }, 'undo')
  await change({ text: 'plain' })
  await change({ password: 5, keys: marked[0], text: [referenced[0]], pasword: marked[1] })
  await change({})
  const overridden = plane.override({ 'app.password': marked[2] }, { for: '1m', reason: 'an incident' })
  await settle(clock, overridden)
  search()
  await clock.advance(60_000)
  search()
  await change({ ...first, password: marked[1], replica: 6 })

  expect(statuses).toEqual([
    'nothing full_success',
    'check validation_failed',
    'reload rolled_back',
    'later rolled_back',
    'judge rolled_back',
    'start rolled_back',
    'listener full_success',
    'nothing full_success',
    'stop full_success',
    'nothing full_success',
    'undo stuck',
    'nothing full_success',
    'nothing validation_failed',
    'nothing full_success',
    'nothing full_success',
  ])
  const printed = witness.printed(plane, paths)
  for (const where of ['check', 'start', 'reload', 'undo', 'later', 'stop', 'listener', 'judge'])
    expect(printed).toContain(`${where} failed with [secret]`)
  expect(printed).toContain(text)

  failing = 'stop'
  const report = await settle(clock, plane.close())
  expect(report.unfinished).toMatchObject([
    { module: 'app', error: expect.stringContaining('stop failed with [secret]') },
  ])
  expectAbsent(witness.logger.lines.join('\n'), secrets)
})

test('who may publish cannot read the machine: references outside of the allow-list or of secret fields are refused', async () => {
  const folder = tempFolder()
  const token = join(folder, 'token')
  writeFileSync(token, referenced[0])
  const source = scriptedSource({ tree: { app: {} }, references: 'allow_listed' })
  const witness = createWitness()
  const plane = await createPlane({
    config,
    sources: [source],
    references: { allow: { files: [`${folder}/`], env: ['TRIMTAB_TEST_*'] } },
    logger: witness.logger,
  })
  witness.watch(plane)
  const { snapshot } = plane
  const change = async (app: JsonObject) => {
    source.set({ app })
    return plane.reload()
  }

  for (const app of [
    { password: '${env:AWS_SECRET_ACCESS_KEY}' },
    { password: '${file:/etc/shadow}' },
    { password: `\${file:${folder}/../../etc/shadow}` },
    { text: '${env:PATH}' },
    { text: `\${file:${token}}` },
    { keys: { a: '${env:HOME}' } },
  ]) {
    const outcome = await change(app)
    expect(outcome.status).toBe('validation_failed')
    expect(outcome.problems.map(({ code }) => code)).toEqual(['reference_refused'])
    expect(plane.snapshot).toBe(snapshot)
  }

  const literal = 'p${x}w$y${unknown:z}'
  expect((await change({ password: literal, text: 'a ${x}' })).status).toBe('full_success')
  expect(plane.config.app.password?.reveal()).toBe(literal)
  expect(plane.config.app.text).toBe('a ${x}')
  expect((await change({ password: `\${file:${token}}` })).status).toBe('full_success')
  expect(plane.config.app.password?.reveal()).toBe(referenced[0])
  expectAbsent(witness.printed(plane, ['app', 'app.password']), [literal, referenced[0]])
  await plane.close()
})

test('a syntax error on the line of a password shows the place and the reason alone, and a misspelt password is not printed', async () => {
  const file = join(tempFolder(), 'config.yaml')
  writeFileSync(file, 'app: {}\n')
  const witness = createWitness()
  const plane = await createPlane({ config, sources: [fileSource(file, { watch: false })], logger: witness.logger })
  witness.watch(plane)
  const refused = async (text: string) => {
    writeFileSync(file, text)
    const { problems } = await plane.reload()
    return problems.map(({ code, origin }) => `${code} ${origin === undefined ? '' : printOrigin(origin)}`)
  }

  expect(await refused('app:\n  mode: x\n  password: "hunter2-typed\n')).toEqual([`syntax ${file}:3:13`])
  expect(await refused('app:\n  pasword: hunter2-typed\n')).toEqual([`unknown_key ${file}:2:3`])
  expect(await refused('app:\n  mode: [hunter2-typed]\n')).toEqual([`wrong_type ${file}:2:9`])
  const printed = witness.printed(plane, ['app', 'app.password'])
  expect(printed).toContain(`${file}:3:13`)
  expect(printed).toContain('pasword')
  expectAbsent(printed, ['hunter2-typed'])
  await plane.close()
})

test("what a source of somebody else's throws when it is read, followed or closed is told without its words", async () => {
  const clock = createManualClock()
  const source = scriptedSource({ tree: { app: {} } })
  const quoting = () => Object.assign(new Error(`connect postgres://app:${marked[0]}@db`), { code: 'ECONNREFUSED' })
  const witness = createWitness()
  const leaky: Source = {
    ...source,
    open: (host) => ({
      ...source.open(host),
      watch: () => Promise.reject(quoting()),
      close: () => Promise.reject(quoting()),
    }),
  }
  const choosy = defineModule({
    name: 'choosy',
    config: config.section('app'),
    enabled({ password }) {
      if (password === undefined) return true
      throw new Error(`not with ${password.reveal()}`)
    },
    start: () => {},
  })
  const plane = await createPlane({ config, sources: [leaky], modules: [choosy], clock, logger: witness.logger })
  witness.watch(plane)
  await clock.advance(0)
  source.fail(quoting())
  expect((await plane.reload()).status).toBe('load_failed')
  source.set({ app: { password: marked[1] } })
  expect((await plane.reload()).status).toBe('validation_failed')
  const printed = witness.printed(plane, ['app'])
  expect(printed).toContain('scripted:source is not followed and will be again (ECONNREFUSED)')
  await settle(clock, plane.close())
  expectAbsent([printed, ...witness.logger.lines].join('\n'), [...marked, 'postgres://app'])
})
