import { Client } from 'pg'
import { postgresStore } from 'trimtab/postgres'

/**
 * Writes as fast as it can for as many milliseconds as a message says, and answers with how many commits that were. Arguments: the
 * URL of a database, what is done in each commit, and how many writers do it.
 */
const [url = '', kind = '', count = '1'] = process.argv.slice(2)
const statements: Readonly<Record<string, string>> = {
  insert: 'insert into plain (value) values ($1)',
  notify: 'insert into told (value) values ($1)',
  commit: 'insert into unrelated (value) values ($1)',
}

const writers = await Promise.all(Array.from({ length: Number(count) }, (_, index) => writer(index)))
process.on('message', (milliseconds: number) => void run(milliseconds))
process.send?.('ready')

async function run(milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds
  const commits = writers.map(async (write) => {
    let done = 0
    for (; performance.now() < until; done += 1) await write(done)
    return done
  })
  const done = await Promise.all(commits)
  process.send?.(done.reduce((sum, each) => sum + each, 0))
}

async function writer(index: number): Promise<(value: number) => Promise<unknown>> {
  if (kind === 'publish') return publisher(`checkout/production${count}.${index}`)
  const client = new Client({ connectionString: url })
  await client.connect()
  return (value) => client.query(statements[kind] ?? '', [value])
}

/** As one that publishes alone to its environment: others make it a conflict, which is another question. */
async function publisher(environment: string): Promise<(value: number) => Promise<unknown>> {
  const store = postgresStore({ connectionString: url, max: 1 })
  let { cursor } = await store.readEnvironment(environment)
  return async () => {
    const edit = { scope: environment, path: 'value', value: cursor.revision }
    const result = await store.publish([edit], { author: 'bench', message: 'bench', expected: cursor })
    if (result.kind !== 'published') throw new Error(`It is ${result.kind}.`)
    cursor = result.cursor
  }
}
