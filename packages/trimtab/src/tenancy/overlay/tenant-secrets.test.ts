import { expect, test } from 'vitest'
import { KnownSecrets } from '../../model/secrecy/known-secrets.ts'
import { createScrubber } from '../../model/secrecy/scrub.ts'
import { Secret } from '../../model/secrecy/secret.ts'
import { parseTenantId } from '../tenant-id.ts'
import { ownSecretTexts, TenantSecrets } from './tenant-secrets.ts'

test('what a tenant has is kept out of texts, and what it had for a while', () => {
  const known = new KnownSecrets()
  const secrets = new TenantSecrets(known)
  const scrub = createScrubber(['shared-key'], known)
  const acme = parseTenantId('acme')
  secrets.keep(acme, ['first-key'])
  expect(scrub('first-key shared-key')).toBe('[secret] [secret]')
  secrets.keep(acme, ['second-key'])
  expect(scrub('first-key second-key')).toBe('[secret] [secret]')
  secrets.keep(acme, [])
  expect(scrub('second-key')).toBe('[secret]')
})

test('a secret that overlaps with one of others goes as a whole', () => {
  const known = new KnownSecrets(['xx-abcd-yy', 'pq'])
  expect(createScrubber(['abcd', 'mn-pq-rs'], known)('xx-abcd-yy, mn-pq-rs, pq')).toBe('[secret], [secret], [secret]')
})

test('rotation for ever does not grow what is known, and forgets nothing that is in force', () => {
  const known = new KnownSecrets()
  const secrets = new TenantSecrets(known)
  secrets.keep(parseTenantId('steady'), ['steady-key'])
  for (let round = 0; round < 10_000; round += 1) secrets.keep(parseTenantId('acme'), [`key-number-${round}`])
  expect(known.size).toBeLessThan(3_010)
  expect(createScrubber([], known)('steady-key key-number-9999 key-number-9998')).toBe('[secret] [secret] [secret]')
})

test('only what is not shared is a tenant’s own', () => {
  const shared = { db: { key: new Secret('of-all') }, limits: { key: new Secret('of-all-too'), list: [] } }
  const own = { db: shared.db, limits: { key: new Secret('of-acme'), list: [new Secret('in-a-list')] } }
  expect([...ownSecretTexts(own, shared)]).toEqual(['of-acme', 'in-a-list'])
  expect([...ownSecretTexts(shared, shared)]).toEqual([])
})
