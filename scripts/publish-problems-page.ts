import { storeLimits } from '../packages/trimtab/src/store/limits.ts'
import { type PublishProblemCode, publishProblemCodes } from '../packages/trimtab/src/store/publish-problem.ts'
import { pathLimits } from '../packages/trimtab/src/model/path.ts'

interface Explained {
  readonly meaning: string
  readonly action: string
}

const many = (count: number) => count.toLocaleString('en')
const size = (bytes: number) => (bytes < 1024 ** 2 ? `${bytes / 1024} KiB` : `${bytes / 1024 ** 2} MiB`)

/** What each code means to whoever publishes. A code without an entry does not compile. */
const explained: Readonly<Record<PublishProblemCode, Explained>> = {
  name_invalid: {
    meaning: 'A scope is neither `app/environment` nor `app/environment/tenant`.',
    action:
      'Correct it: each name has up to 128 letters, digits, `_`, `-` and `.`, and begins with a letter or a digit.',
  },
  name_taken: {
    meaning: 'There is an environment or a tenant whose name differs in letter case only.',
    action: 'Write the name as it is there, or choose another.',
  },
  author_invalid: {
    meaning: `There is no author, or it is longer than ${storeLimits.authorCharacters} characters, or can’t be stored.`,
    action: 'Say who publishes: a person, or the job that does.',
  },
  message_invalid: {
    meaning: `There is no message, or it is longer than ${many(storeLimits.messageCharacters)} characters, or can’t be stored.`,
    action: 'Say why: it is what somebody reads in the history.',
  },
  edit_invalid: {
    meaning: 'An edit is none: it has no scope, or not exactly one of a value, a removal and a state.',
    action: 'Give `{ scope, path, value }`, `{ scope, path, remove: true }` or `{ scope, state }`.',
  },
  environments_mixed: {
    meaning: 'The edits are of several environments, which have a history each.',
    action: 'Publish to one after the other.',
  },
  nothing_to_publish: { meaning: 'There is no edit.', action: 'Give at least one.' },
  path_invalid: {
    meaning: `A path can’t be parsed, or has more than ${pathLimits.characters} characters or ${pathLimits.levels} levels, or a key that can’t be one.`,
    action: 'Write it like `pool.max` or `routes["/v1/*"].upstream`.',
  },
  value_invalid: {
    meaning: 'A value is not JSON: a function, an infinite number, half a character, a NUL, a number beyond doubles.',
    action: 'Give plain data.',
  },
  value_too_large: {
    meaning: `A value has more than ${size(storeLimits.valueBytes)} as JSON.`,
    action: 'Keep large content elsewhere, and publish its place.',
  },
  document_too_large: {
    meaning: `A scope would hold more than ${size(storeLimits.documentBytes)} as JSON.`,
    action: 'Remove what is not needed, or keep it elsewhere.',
  },
  publish_too_large: {
    meaning: `All values of the publish have more than ${size(storeLimits.publishBytes)} as JSON.`,
    action: 'Publish in several parts.',
  },
  too_many_edits: {
    meaning: `There are more than ${many(storeLimits.edits)} edits.`,
    action: 'Publish in several parts.',
  },
  too_many_entries: {
    meaning: `A tenant would have more than ${many(storeLimits.overlayEntries)} values of its own.`,
    action: 'Put what many tenants have in common into the environment.',
  },
  edits_overlap: {
    meaning: 'Two edits are about the same place, or one is inside the other.',
    action: 'Keep one of them, or say it in two publishes.',
  },
  parent_is_a_value: {
    meaning: 'The path leads through a value that is no object.',
    action: 'Publish the place above it as an object, or remove it first.',
  },
  tenant_removed: {
    meaning: 'The tenant was removed, and is given no other state in the same publish.',
    action: 'Give it the state `active` with the values, if it is to be there again.',
  },
  path_unknown: {
    meaning: 'No version of the service that has a say knows such a place.',
    action: 'Correct the path, or register the schema of the version that knows it first.',
  },
  secret_literal: {
    meaning: 'A field that a schema marks as secret is given a value that is no reference.',
    action: 'Write a reference, `${env:NAME}` or `${file:/run/secrets/name}`: secrets don’t belong into the store.',
  },
  not_per_tenant: {
    meaning: 'A tenant is given a value for a field that the schema does not mark with `perTenant()`.',
    action: 'Publish it for the environment, or mark the field.',
  },
  schema_refuses: {
    meaning: 'The schema of a version of the service would refuse the result. `version` says which.',
    action: 'Correct the value, or wait until no instance of that version lives.',
  },
  schema_unanswered: {
    meaning: `Checking against a registered schema took longer than ${storeLimits.schemaTime / 1_000} s, or failed, so that nobody knows.`,
    action: 'Register a simpler schema. The usual cause is a pattern that backtracks.',
  },
}

/** The page of every reason for which a publish is refused. */
export function publishProblemsPage(): string {
  const rows = publishProblemCodes.map(
    (code) => `| \`${code}\` | ${explained[code].meaning} | ${explained[code].action} |`,
  )
  return `# Why a publish is refused

<!-- Generated from scripts/publish-problems-page.ts by \`npm run reference\`. -->

A publish that may not be stored is an answer and no error: \`{ kind: 'refused', problems }\`, from \`plane.publish()\`, \`tenants.seed()\` and every store. All problems come
at once, up to ${storeLimits.problems}, and nothing has been stored. What is wrong with the edits themselves is found before the store is asked for anything.

Each has a \`code\` and a \`message\`, and where they are known the \`scope\`, the \`path\`, and the \`version\` of the service whose schema refuses. None holds a
value, because that could be a secret.

| code | meaning | what to do |
| --- | --- | --- |
${rows.join('\n')}

Codes are never renamed or given another meaning. What is wrong with a configuration that was read is on [a page of its own](problems.md), and so are
[the errors that are thrown](errors.md).
`
}
