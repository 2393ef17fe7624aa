/**
 * A process that publishes to an embedded store as fast as it can until it is killed. Told its folder by a line on stdin, it
 * says what it found there, and the revision of every publish after it. All values of a publish are its revision.
 */
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { embeddedStore } from '@trimtab/server'
import { type ConfigStore, type EnvironmentDocument, replay, type Revision, verifyChain } from 'trimtab'

const environment = 'checkout/production'
const tenants = ['acme', 'globex', 'initech']
const scopes = [environment, ...tenants.map((tenant) => `${environment}/${tenant}`)]
const genesis = { revision: 0, hash: '' }
const say = (line: string) => void writeSync(1, `${line}\n`)

const valuesOf = ({ tree, overlays }: EnvironmentDocument) =>
  [tree, ...tenants.map((tenant) => overlays.get(tenant))].map((values) => values?.['value'])

async function historyOf(store: ConfigStore): Promise<readonly Revision[]> {
  const revisions: Revision[] = []
  for (let cursor = genesis, more = true; more; ) {
    const since = await store.since(environment, cursor, 1_000)
    if (since.kind !== 'changes') throw new Error(`What follows ${cursor.revision} was answered with ${since.kind}`)
    revisions.push(...since.revisions)
    ;({ cursor, more } = since)
  }
  return revisions
}

async function publishOn(folder: string): Promise<never> {
  const store = await embeddedStore({ folder })
  const document = await store.readEnvironment(environment)
  const history = await historyOf(store)
  // Throws where a revision is missing, and ends at another document where one has lost a part.
  const replayed = replay({ ...document, cursor: genesis, tree: {}, overlays: new Map(), states: new Map() }, history)
  say(
    `opened ${JSON.stringify({
      revision: document.cursor.revision,
      values: valuesOf(document),
      replayed: valuesOf(replayed),
      isAtItsEnd: replayed.cursor.hash === document.cursor.hash,
      broken: verifyChain(history)?.revision ?? null,
    })}`,
  )
  for (let expected = document.cursor; ; ) {
    const value = expected.revision + 1
    const edits = scopes.map((scope) => ({ scope, path: 'value', value }))
    const result = await store.publish(edits, { author: 'dana', message: `number ${value}`, expected })
    if (result.kind !== 'published') throw new Error(`Publish ${value} was answered with ${result.kind}`)
    expected = result.cursor
    say(`published ${expected.revision}`)
  }
}

const input = createInterface({ input: process.stdin })
const told = once(input, 'line')
say('ready')
const [folder] = await told
await publishOn(String(folder))
