import type { Group } from './measure/measured.ts'

/** Every group of rows, in the order in which they are printed. Each is loaded by its own process alone. */
export const groups: Readonly<Record<string, () => Promise<Group>>> = {
  reads: () => import('./rows/reads.ts'),
  shuffled: () => import('./rows/shuffled.ts'),
  diff: () => import('./rows/diff.ts'),
  edit: () => import('./rows/edit.ts'),
  reload: () => import('./rows/reload.ts'),
  health: () => import('./rows/health.ts'),
  probes: () => import('./rows/probes.ts'),
  bounds: () => import('./rows/bounds.ts'),
  guard: () => import('./rows/guard.ts'),
  tenants: () => import('./rows/tenants.ts'),
  'stored-tenants': () => import('./rows/stored-tenants.ts'),
  heap: () => import('./rows/heap.ts'),
  start: () => import('./rows/start.ts'),
  embedded: () => import('./rows/embedded.ts'),
  store: () => import('./rows/store.ts'),
}
