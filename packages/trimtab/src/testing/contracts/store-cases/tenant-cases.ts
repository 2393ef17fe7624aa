import { assertThat, type ContractCase } from '../contract-case.ts'
import { assertSame, environment, type StoreBench, tenant } from './store-session.ts'

/** What a store promises of tenants and their states. */
export function tenantCases({ test }: StoreBench): readonly ContractCase[] {
  return [
    test('a tenant has a state that is published like a value', async ({ store, publish, document, terms }) => {
      await publish({ scope: tenant, state: 'active' })
      assertThat((await document()).states.get('acme') === 'active', 'its state is not active')
      const { changes } = await publish({ scope: tenant, state: 'suspended' }, { scope: tenant, path: 'x', value: 1 })
      const [first] = changes
      assertThat(first?.kind === 'tenant' && first.previous === 'active', 'the change does not say what it was before')
      const { states, overlays } = await document()
      assertThat(states.get('acme') === 'suspended', 'its state is not suspended')
      assertSame(overlays.get('acme'), { x: 1 }, 'its values')
      const same = await store.publish([{ scope: tenant, state: 'suspended' }], await terms())
      assertThat(same.kind === 'unchanged', 'the state that it has made a revision')
    }),
    test('a removed tenant loses its values, and nobody else does', async ({ publish, document }) => {
      const other = `${environment}/other`
      await publish({ scope: tenant, path: 'a', value: { b: 1, c: 2 } }, { scope: other, path: 'a', value: 3 })
      const { changes } = await publish({ scope: tenant, state: 'removed' })
      assertThat(changes.length === 3, `expected its state and 2 leaves, received ${changes.length} changes`)
      const { states, overlays } = await document()
      assertThat(states.get('acme') === 'removed' && !overlays.has('acme'), 'it is not removed')
      assertSame(overlays.get('other'), { a: 3 }, 'the values of another tenant')
    }),
    test('a removed tenant has no values until it has another state', async ({ publish, refused, document }) => {
      await publish({ scope: tenant, state: 'removed' })
      const [problem] = await refused({ scope: tenant, path: 'a', value: 1 })
      assertThat(problem?.code === 'tenant_removed', `expected tenant_removed, received ${problem?.code}`)
      await publish({ scope: tenant, path: 'a', value: 1 }, { scope: tenant, state: 'active' })
      const { states, overlays } = await document()
      assertThat(states.get('acme') === 'active', 'it is not active')
      assertSame(overlays.get('acme'), { a: 1 }, 'its values')
    }),
    test('two tenants do not differ in letter case only', async ({ publish, refused, document }) => {
      await publish({ scope: tenant, path: 'a', value: 1 })
      const [problem] = await refused({ scope: `${environment}/Acme`, path: 'a', value: 1 })
      assertThat(problem?.code === 'name_taken', `expected name_taken, received ${problem?.code}`)
      assertSame([...(await document()).overlays.keys()], ['acme'], 'the tenants')
    }),
    test('a tenant is read by itself', async ({ store, publish }) => {
      await publish(
        { scope: environment, path: 'a', value: 0 },
        { scope: tenant, path: 'a', value: 1 },
        { scope: `${environment}/other`, path: 'a', value: 2 },
      )
      const { scope, tree, setBy } = await store.read(tenant)
      assertThat(scope === tenant, 'it names another scope')
      assertSame(tree, { a: 1 }, 'its values')
      assertSame(Object.fromEntries(setBy), { a: 1 }, 'what set them')
      assertSame((await store.read(`${environment}/nobody`)).tree, {}, 'a tenant that is not there')
    }),
    test('tenants whose names begin alike, or mean something elsewhere, are apart', async (session) => {
      const { store, publish, document } = session
      const names = ['acme', 'acme-2', 'acme.x', 'acme_', '0', 'constructor', 'toString', 'hasOwnProperty', 'null']
      await publish(
        ...names.map((name, at) => ({ scope: `${environment}/${name}`, path: 'a', value: { at } })),
        ...names.map((name) => ({ scope: `${environment}/${name}`, state: 'active' as const })),
      )
      await publish({ scope: `${environment}/acme`, path: '', remove: true })
      await publish({ scope: `${environment}/constructor`, state: 'removed' })
      const { overlays, states } = await document()
      const left = names.filter((name) => name !== 'acme' && name !== 'constructor')
      assertSame([...overlays.keys()].toSorted(), left.toSorted(), 'those with values')
      assertSame([...states.keys()].toSorted(), names.toSorted(), 'those with a state')
      for (const [at, name] of names.entries()) {
        const { tree } = await store.read(`${environment}/${name}`)
        assertSame(tree, left.includes(name) ? { a: { at } } : {}, `the values of ${name}`)
        const touched = await store.history(environment, { scope: `${environment}/${name}` })
        const count = left.includes(name) ? 1 : 2
        assertThat(touched.length === count, `${name}: expected ${count} revisions, received ${touched.length}`)
      }
    }),
    test('a tenant goes from any state to any other, with its values unless it is removed', async (session) => {
      const { publish, document, store, terms } = session
      const all = ['active', 'suspended', 'removed'] as const
      for (const from of all) {
        for (const to of all) {
          const scope = `${environment}/${from}-${to}`
          if (from !== 'removed') await publish({ scope, path: 'a', value: 1 })
          await publish({ scope, state: from })
          const result = await store.publish([{ scope, state: to }], await terms())
          assertThat(result.kind === (from === to ? 'unchanged' : 'published'), `${from} to ${to} was ${result.kind}`)
          const { states, overlays } = await document()
          assertThat(states.get(`${from}-${to}`) === to, `${from} to ${to} is ${states.get(`${from}-${to}`)}`)
          const hasValues = from !== 'removed' && to !== 'removed'
          assertThat(overlays.has(`${from}-${to}`) === hasValues, `${from} to ${to}: its values`)
        }
      }
    }),
    test('what a tenant had at an earlier revision can be read, with nothing of what others had', async (session) => {
      const { store, publish } = session
      const { cursor } = await publish(
        { scope: tenant, path: 'a', value: 1 },
        { scope: environment, path: 'a', value: 9 },
      )
      await publish({ scope: `${environment}/other`, path: 'a', value: 2 })
      await publish({ scope: tenant, state: 'removed' })
      await publish({ scope: tenant, state: 'active' }, { scope: tenant, path: 'b', value: 3 })
      assertSame((await store.read(tenant, cursor.revision)).tree, { a: 1 }, 'what it had at first')
      assertSame((await store.read(tenant, cursor.revision + 1)).tree, { a: 1 }, 'what it had when others changed')
      assertSame((await store.read(tenant, cursor.revision + 2)).tree, {}, 'what it had when it was removed')
      assertSame((await store.read(tenant)).tree, { b: 3 }, 'what it has')
    }),
  ]
}
