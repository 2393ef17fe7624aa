import { type ConfigStore, type Edit, type JsonObject, memoryStore } from 'trimtab'
import { environment } from '../store/open-store.ts'
import type { Typed } from './typed.ts'

export type TypedChange = Extract<Typed, { kind: 'set' | 'unset' | 'rollback' }>
export type PathEdit = Extract<Edit, { path: string }>

/** What the store would hold after a change, and which of its leaves would be others. */
export type Draft =
  | { readonly kind: 'changed'; readonly tree: JsonObject; readonly paths: readonly string[] }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly messages: readonly string[] }

/** What is to be published. A rollback is, as far as a draft goes, the old content in place of all there is. */
export async function editOf(store: ConfigStore, typed: TypedChange): Promise<PathEdit> {
  switch (typed.kind) {
    case 'set':
      return { scope: environment, path: typed.path, value: typed.value }
    case 'unset':
      return { scope: environment, path: typed.path, remove: true }
    case 'rollback':
      return { scope: environment, path: '', value: (await store.read(environment, typed.to)).tree }
    default:
      return typed satisfies never
  }
}

/** Does it to a copy, by the rules of stores. */
export async function draftOf(tree: JsonObject, edit: PathEdit): Promise<Draft> {
  await using copy = memoryStore()
  const terms = { author: 'draft', message: 'draft' }
  const { cursor: empty } = await copy.read(environment)
  await copy.publish([{ scope: environment, path: '', value: tree }], { ...terms, expected: empty })
  const { cursor } = await copy.read(environment)
  const result = await copy.publish([edit], { ...terms, expected: cursor })
  switch (result.kind) {
    case 'published': {
      const paths = result.revision.changes.flatMap((change) => (change.kind === 'leaf' ? [change.path] : []))
      return { kind: 'changed', tree: (await copy.read(environment)).tree, paths }
    }
    case 'refused':
      return { kind: 'refused', messages: result.problems.map(({ message }) => message) }
    case 'unchanged':
    case 'conflict':
      return { kind: 'unchanged' }
    default:
      return result satisfies never
  }
}
