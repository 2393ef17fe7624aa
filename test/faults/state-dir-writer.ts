/**
 * A process that keeps state as fast as it can until it is killed. Started with a folder to be told by a line on stdin;
 * then it says after every write that its promise has resolved, so that whoever kills it knows what has to be there.
 */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openStateDir } from '../../packages/trimtab/src/plane/state/state-dir.ts'
import { snapshotOf, stateOptions } from '../support/state-folder.ts'

const say = (line: string) => void writeSync(1, `${line}\n`)

async function writeOn(path: string, from: number): Promise<never> {
  const { folder, journal } = await openStateDir(stateOptions(path))
  say(`folder ${folder}`)
  for (let number = from; ; number += 1) {
    await journal.begin(`digest-${number}`)
    say(`begun ${number}`)
    await journal.stable(snapshotOf(`content-${number}`))
    say(`stable ${number}`)
    await journal.putAside(`aside-${number}`, 'why')
    say(`aside ${number}`)
  }
}

say('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [path = '', from = ''] = line.split('\t')
  await writeOn(path, Number(from))
}
