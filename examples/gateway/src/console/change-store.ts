import { type ConfigStore, type Outcome, type Plane, type PlanePublishResult, printOrigin, printProblem } from 'trimtab'
import { environment } from '../store/open-store.ts'
import { line } from '../terminal/lines.ts'
import { draftOf, editOf, type TypedChange } from './draft.ts'
import { show, storeName } from './look.ts'

export interface ConsoleParts<Config> {
  readonly plane: Plane<Config>
  readonly store: ConfigStore
  readonly print: (line: string) => void
  /** Milliseconds that only go forward. */
  readonly now: () => number
}

type Published = Extract<PlanePublishResult, { kind: 'published' }>

/** Publishes what was typed at a moment, and tells what became of it. What the gateway refuses is not published. */
export async function changeStore<Config>(
  parts: ConsoleParts<Config>,
  typed: TypedChange,
  typedAt: number,
): Promise<void> {
  const { plane, store, print, now } = parts
  const { tree, cursor } = await store.read(environment)
  const edit = await editOf(store, typed)
  const draft = await draftOf(tree, edit)
  if (draft.kind === 'unchanged') return print(unchangedLine(typed))
  if (draft.kind === 'refused') return tellRefused(print, 'the store', draft.messages)
  const before = new Map(draft.paths.map((path) => [path, show(plane.explain(path).value)]))
  const trial = await plane.reload({ dryRun: true, candidate: { source: storeName, tree: draft.tree } })
  if (isRefusal(trial)) return tellRefused(print, 'the gateway', trial.problems.map(printProblem))
  const why = typed.kind === 'rollback' ? `rollback ${typed.to}` : `${typed.kind} ${typed.path}`
  const result = await plane.publish([edit], { author: 'terminal', message: why, expected: cursor, until: 'committed' })
  switch (result.kind) {
    case 'unchanged':
      return print(unchangedLine(typed))
    case 'refused':
      return tellRefused(
        print,
        'the store',
        result.problems.map(({ message }) => message),
      )
    case 'conflict':
      return print(`somebody has published revision ${result.current.revision} meanwhile: type it again`)
    case 'published':
      return tellPublished(plane, result, before, `${Math.round(now() - typedAt)} ms after you typed it`).forEach(print)
    default:
      return result satisfies never
  }
}

function unchangedLine({ kind }: TypedChange): string {
  const why = kind === 'unset' ? 'the store says nothing about it' : 'the store says so already'
  return `${why}: nothing is published`
}

function tellRefused(print: (line: string) => void, by: string, messages: readonly string[]): void {
  print(`refused by ${by}, and not published:`)
  for (const message of messages) print(line('refused', message))
}

/** A line for each place: in force, or why it is not. */
function tellPublished<Config>(
  plane: Plane<Config>,
  { cursor: { revision }, revision: { changes }, outcome }: Published,
  before: ReadonlyMap<string, string>,
  elapsed: string,
): readonly string[] {
  const gone = new Set<string>(
    changes.flatMap((each) => (each.kind === 'leaf' && each.next === undefined ? [each.path] : [])),
  )
  return [...before].map(([path, was]) => {
    const { value, contributions, pendingRestart } = plane.explain(path)
    const hider = contributions.find(({ origin }) => origin.source === storeName)?.shadowedBy
    const published = `${path} is ${gone.has(path) ? 'taken out of the store' : 'published'} (revision ${revision})`
    if (hider !== undefined) return `${published}, and ${printOrigin(hider)} stands above the store: it stays ${was}`
    if (pendingRestart.length > 0) return `${published}, and waits for a restart: it stays ${was}`
    if (outcome !== undefined && isRefusal(outcome)) {
      return `${published}, and not in force: rollback ${revision - 1} takes it back`
    }
    if (show(value) === was) return `${published}, and stays ${was}`
    const { generation } = plane.snapshot
    return `${path} ${was} → ${show(value)} in force (revision ${revision}, generation ${generation}) ${elapsed}`
  })
}

function isRefusal({ status }: Outcome): boolean {
  return status !== 'unchanged' && status !== 'full_success' && status !== 'partial_applied'
}
