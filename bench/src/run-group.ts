import { groups } from './groups.ts'

/** The process of one group: prints its rows as JSON. */
const [name = ''] = process.argv.slice(2)
const load = groups[name]
if (load === undefined) throw new Error(`There is no group ${name}.`)
const group = await load()
process.stdout.write(`${JSON.stringify(await group.measure())}\n`)
