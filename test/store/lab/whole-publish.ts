import type { EnvironmentDocument } from '../../../packages/trimtab/src/store/document.ts'
import type { Edit } from '../../../packages/trimtab/src/store/edit.ts'
import type { Revision } from '../../../packages/trimtab/src/store/revision.ts'

const tenants = ['acme', 'globex', 'initech']

/** A publish over several paths and scopes, all of which say its number: some are replaced each time, some come and go. */
export function editsOf(environment: string, number: number): readonly Edit[] {
  const comes = `only.n${number}`
  const goes = `only.n${number - 1}`
  return [
    { scope: environment, path: 'number', value: number },
    { scope: environment, path: comes, value: number },
    { scope: environment, path: goes, remove: true },
    ...tenants.flatMap((tenant): Edit[] => [
      { scope: `${environment}/${tenant}`, path: 'number', value: number },
      { scope: `${environment}/${tenant}`, state: number % 2 === 0 ? 'active' : 'suspended' },
    ]),
  ]
}

/** The number that a revision was to publish, where all of it is there. */
export function wholeNumber({ message, changes }: Revision): number | undefined {
  const number = Number(message)
  const goes = number > 1 ? 1 : 0
  const isWhole = changes.length === 2 + goes + tenants.length * 2
  return isWhole ? number : undefined
}

/** The numbers that a document says in all of its places: one, where no publish is there in part. */
export function numbersIn({ tree, overlays, states }: EnvironmentDocument): readonly unknown[] {
  const only = typeof tree['only'] === 'object' ? Object.values(tree['only'] ?? {}) : []
  const number = tree['number']
  const parity = tenants.map((tenant) => (states.get(tenant) === 'active') === (Number(number) % 2 === 0))
  const found = new Set([number, ...only, ...tenants.map((tenant) => overlays.get(tenant)?.['number'])])
  return parity.every(Boolean) ? [...found] : [...found, 'the states are of another one']
}
