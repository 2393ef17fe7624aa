import { seconds } from './buckets.ts'
import type { Instrument } from './instrument.ts'

/** What is measured of tenants. */
export const tenantInstruments = {
  'trimtab.guard.violations': {
    kind: 'observed_counter',
    unit: '{violation}',
    description: 'Work that was not its tenant’s, refused or allowed. Without a tenant where none was known',
    attributes: ['trimtab.violation.kind', 'trimtab.tenant'],
  },
  'trimtab.tenant.count': {
    kind: 'gauge',
    unit: '{tenant}',
    description: 'Tenants that are known here, by state. Nothing without the option `tenants`',
    attributes: ['trimtab.tenant.state'],
  },
  'trimtab.tenant.held': {
    kind: 'gauge',
    unit: '{tenant}',
    description:
      '1 for a tenant that does not read what is configured for it, because that is refused or can’t be read',
    attributes: ['trimtab.tenant'],
  },
  'trimtab.tenant.stale': {
    kind: 'gauge',
    unit: '{tenant}',
    description: '1 for a tenant whose own store can’t be read, so that what was read last stays in use',
    attributes: ['trimtab.tenant'],
  },
  'trimtab.tenant.reloads': {
    kind: 'counter',
    unit: '{reload}',
    description: 'Reloads of one tenant’s own configuration that have ended, by how',
    attributes: ['trimtab.tenant.status'],
  },
  'trimtab.tenant.activation.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long it took to activate a tenant, or to find that it can’t be now; each try counts',
    attributes: ['trimtab.activation.outcome'],
    buckets: seconds,
  },
  'trimtab.tenant.snapshots': {
    kind: 'observed_counter',
    unit: '{snapshot}',
    description:
      'What tenants read, counted when it is decided and not when it is read: what all share, something made for one, or the last that was good',
    attributes: ['trimtab.snapshot.outcome'],
  },
  'trimtab.overlay.entries': {
    kind: 'gauge',
    unit: '{entry}',
    description: 'Values of its own that a tenant has; at most 10,000 are possible',
    attributes: ['trimtab.tenant'],
  },
} as const satisfies Readonly<Record<string, Instrument>>
