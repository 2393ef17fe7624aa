/**
 * A process that publishes as fast as it can until it is killed. It is told where by a line on stdin, and says before and
 * after each publish which one it is and what became of it, so that whoever kills it knows what has to be there.
 */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { postgresStore } from '../../../packages/trimtab/src/postgres/postgres-store.ts'
import { editsOf } from '../lab/whole-publish.ts'

const say = (line: string) => void writeSync(1, `${line}\n`)

async function publishOn(url: string, environment: string, from: number): Promise<never> {
  const store = postgresStore({ connectionString: url })
  let { cursor: expected } = await store.readEnvironment(environment)
  say('begun')
  for (let number = from; ; ) {
    say(`trying ${number}`)
    const result = await store.publish(editsOf(environment, number), {
      author: 'dana',
      message: String(number),
      expected,
    })
    switch (result.kind) {
      case 'published':
        say(`published ${number} ${result.cursor.revision} ${result.cursor.hash}`)
        expected = result.cursor
        number += 1
        break
      default:
        throw new Error(`Publish ${number} ended as ${result.kind}`)
    }
  }
}

say('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [url = '', environment = '', from = ''] = line.split('\t')
  await publishOn(url, environment, Number(from))
}
