import { type ConfigStore, type Plane, printOrigin } from 'trimtab'
import { environment } from '../store/open-store.ts'
import { line } from '../terminal/lines.ts'

/** What the sources call the store. */
export const storeName = `store:${environment}`

const shownRevisions = 20

/** A value as it is typed. Values that are shown hold no secret: what explains and what tells history leave them out. */
export function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}

/** Where a value comes from, and what else was said about it. */
export function placeLines<Config>(plane: Plane<Config>, path: string): readonly string[] {
  const { value, contributions } = plane.explain(path)
  const said = contributions.map(({ origin, value: each, wins }) =>
    line(wins ? 'applies' : 'hidden', `${show(each)}, by ${printOrigin(origin)}`),
  )
  return [`${path} is ${show(value)}`, ...(said.length === 0 ? [line('default', 'nobody says anything else')] : said)]
}

/** Everything that the store says. */
export async function storeLines<Config>(store: ConfigStore, plane: Plane<Config>): Promise<readonly string[]> {
  const { cursor, setBy } = await store.read(environment)
  const said = [...setBy].map(([path, revision]) => {
    const own = plane.explain(path).contributions.find(({ origin }) => origin.source === storeName)
    return line('says', `${path} ${show(own?.value)} since revision ${revision}`)
  })
  return [`the store is at revision ${cursor.revision}`, ...(said.length === 0 ? [line('says', 'nothing')] : said)]
}

/** Who has published what, the newest first. */
export async function historyLines(store: ConfigStore): Promise<readonly string[]> {
  const revisions = await store.history(environment, { limit: shownRevisions })
  return revisions.flatMap(({ cursor, author, message, at, changes }) => [
    `revision ${cursor.revision} by ${author}, ${new Date(at).toLocaleString('sv')}: ${message}`,
    ...changes.flatMap((each) =>
      each.kind === 'leaf' ? [line('changed', `${each.path} ${show(each.previous)} → ${show(each.next)}`)] : [],
    ),
  ])
}
