import { mergeTrees } from '../../model/merge.ts'
import { type Path, segmentsOf } from '../../model/path.ts'
import { emptyRecord, isJsonObject, type Json, type JsonObject, ownValue } from '../../primitives/json.ts'
import type { RegisteredSchema } from '../config-store.ts'
import type { EnvironmentDocument } from '../document.ts'
import type { PublishProblem } from '../publish-problem.ts'
import { treeOf } from '../publish/changes-of.ts'
import type { LeafChange, RevisionChange } from '../revision.ts'
import type { CheckedTree, SchemaFinding } from './question.ts'
import type { SchemaThread } from './schema-thread.ts'

/** What is about to be published, for the schemas to be asked about. */
export interface CheckedPublish {
  readonly before: EnvironmentDocument
  readonly after: EnvironmentDocument
  readonly changes: readonly RevisionChange[]
  /** Those that have a say: the newest, and every one with a live instance. */
  readonly schemas: readonly RegisteredSchema[]
  readonly schemes: readonly string[]
  /** Whether a place that no schema knows is refused: who goes back to what was there does not misspell it. */
  readonly refusesUnknown: boolean
}

/** What registered schemas have against a publish. They are asked about what it changes, for all and for each tenant. */
export async function schemaProblems(
  publish: CheckedPublish,
  thread: SchemaThread,
  signal?: AbortSignal,
): Promise<readonly PublishProblem[]> {
  const { before, after, changes, schemas, schemes } = publish
  const leaves = changes.filter((change) => change.kind === 'leaf')
  if (schemas.length === 0 || leaves.length === 0) return []
  const set = leaves.flatMap((change) => (change.next === undefined ? [] : [{ change, value: change.next }]))
  const sets = set.map(({ change, value }) => ({ tenant: change.tenant, segments: segmentsOf(change.path), value }))
  const trees = checkedTrees(before, after, leaves)
  const problems: PublishProblem[] = []
  let unknown: ReadonlySet<number> | undefined
  for (const schema of schemas) {
    const { version } = schema
    const answered = await thread.ask({ kind: 'publish', schema: schema.schema, schemes, sets, trees }, signal)
    if (answered.kind === 'unanswered') {
      const message = `Whether version ${version} of ${schema.app} would take it can't be said: its schema ${answered.why}. Register one that can be checked.`
      // The others would only make it take longer.
      return [...problems, { code: 'schema_unanswered', message, scope: after.environment, version }]
    }
    problems.push(...answered.answer.findings.map((finding) => problemOf(finding, schema, after.environment)))
    const here = new Set(answered.answer.unknown)
    unknown = unknown === undefined ? here : new Set([...unknown].filter((index) => here.has(index)))
  }
  if (publish.refusesUnknown && unknown !== undefined) {
    for (const index of unknown) {
      const change = set[index]?.change
      if (change !== undefined) problems.push(unknownPlace(change, schemas, after.environment))
    }
  }
  return problems
}

/** The environment's own values, and what each tenant with other values of its own would read of them. */
function checkedTrees(
  before: EnvironmentDocument,
  after: EnvironmentDocument,
  leaves: readonly LeafChange[],
): readonly CheckedTree[] {
  const tenants = new Set(leaves.map(({ tenant }) => tenant))
  return [...tenants].map((tenant) => {
    const layers = (document: EnvironmentDocument) => {
      return tenant === undefined ? [document.tree] : [document.tree, treeOf(document, tenant)]
    }
    const earlier = mergeTrees(layers(before))
    const { tree } = mergeTrees(layers(after), earlier)
    return { tenant, tree: differing(tree, earlier.tree), before: differing(earlier.tree, tree) }
  })
}

/**
 * A tree without the objects and lists that another one shares with it: they are taken as they were. Everything else beside
 * what differs stays, because it may say which alternative of a schema is meant.
 */
function differing(tree: JsonObject, other: JsonObject): JsonObject {
  const left: Record<string, Json> = emptyRecord()
  for (const [key, value] of Object.entries(tree)) {
    const counterpart = ownValue(other, key)
    if (typeof value === 'object' && value !== null && value === counterpart) continue
    left[key] = isJsonObject(value) && isJsonObject(counterpart) ? differing(value, counterpart) : value
  }
  return left
}

function problemOf(
  { kind, tenant, path, detail }: SchemaFinding,
  { app, version }: RegisteredSchema,
  environment: string,
): PublishProblem {
  const scope = tenant === undefined ? environment : `${environment}/${tenant}`
  const place = path === '' ? 'the root' : path
  switch (kind) {
    case 'secret_literal': {
      const message = `${place} is a secret: the store takes a reference there, and found a ${detail}. Write \${env:${suggestedName(path)}} or \${file:/run/secrets/…}, and put the value there.`
      return { code: kind, message, scope, path, version }
    }
    case 'not_per_tenant': {
      const message = `A tenant may not have a value of its own at ${place}: version ${version} of ${app} has not marked it perTenant(). Set it for all.`
      return { code: kind, message, scope, path, version }
    }
    case 'schema_refuses': {
      const message = `Version ${version} of ${app} would refuse ${place}: its schema asks for ${detail}.`
      return { code: kind, message, scope, path, version }
    }
    default:
      return kind satisfies never
  }
}

function unknownPlace(
  { tenant, path }: LeafChange,
  schemas: readonly RegisteredSchema[],
  environment: string,
): PublishProblem {
  const versions = schemas.map(({ version }) => version).join(', ')
  const message = `No version of ${schemas[0]?.app} that has a say (${versions}) knows ${path}. Correct the name, or register the schema of the version that has it.`
  return { code: 'path_unknown', message, scope: tenant === undefined ? environment : `${environment}/${tenant}`, path }
}

/** `pool.url` as `POOL_URL`. */
function suggestedName(path: Path | string): string {
  const name = path.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/[^A-Za-z0-9]+/g, '_')
  return name.toUpperCase().replaceAll(/^_+|_+$/g, '') || 'NAME'
}
