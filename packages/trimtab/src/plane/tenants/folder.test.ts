import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic, perTenant } from '../../schema/marks.ts'
import { objectSource } from '../../sources/object.ts'
import { overlayFolder } from '../../sources/overlays/overlay-folder.ts'
import type { TenantEvent } from '../../tenancy/overlay/tenant-events.ts'
import { createPlane } from '../create-plane.ts'

const config = defineConfig(
  z.object({
    pool: dynamic(z.object({ max: z.number().default(10) })),
    limits: perTenant(z.object({ rate: z.number().default(100) })),
  }),
)

test('a folder of tenants is followed: appearing, changing, breaking, vanishing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trimtab-tenants-'))
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, '.new'), text)
    renameSync(join(folder, '.new'), join(folder, name))
  }
  write('acme.yaml', 'limits:\n  rate: 5\n')
  const overlays = overlayFolder(folder, { settle: 5, maximumWait: 50 })
  const plane = await createPlane({ config, sources: [objectSource({})], logger: false, tenants: { overlays } })
  const next = (wanted: (event: TenantEvent) => boolean) =>
    new Promise<TenantEvent>((resolve) => {
      const stop = plane.tenants.events.on((event) => {
        if (!wanted(event)) return
        stop()
        resolve(event)
      })
    })
  const after = async (act: () => void, wanted: (event: TenantEvent) => boolean) => {
    const told = next(wanted)
    act()
    return told
  }
  const acme = plane.tenants.get('acme')
  expect(acme.config.limits.rate).toBe(5)
  expect(plane.tenants.explain('acme', 'limits.rate').origin).toEqual({
    source: `tenants:${folder}`,
    location: { kind: 'file', file: join(folder, 'acme.yaml'), line: 2, column: 9 },
  })

  await after(
    () => write('globex.yaml', 'limits: { rate: 6 }'),
    ({ kind }) => kind === 'changed',
  )
  expect(plane.tenants.get('globex').config.limits.rate).toBe(6)

  const good = acme.config
  const held = await after(
    () => write('acme.yaml', 'limits: { rate: "no }'),
    ({ kind }) => kind === 'held',
  )
  expect(held).toMatchObject({ tenant: 'acme', hasGood: true, problems: [{ code: 'syntax' }] })
  expect(acme.config).toBe(good)

  await after(
    () => rmSync(join(folder, 'acme.yaml')),
    (event) => event.kind === 'state' && event.next === 'unknown',
  )
  expect(acme.config).toBe(plane.config)
  expect(plane.tenants.list()).toEqual(['globex'])

  await after(
    () => rmSync(folder, { recursive: true }),
    ({ kind }) => kind === 'listing',
  )
  expect(plane.tenants.get('globex').config.limits.rate).toBe(6)
  await plane.close()
})

test('a folder that is not there stops the boot, and says so', async () => {
  const folder = join(tmpdir(), 'trimtab-there-is-no-such-folder')
  const booting = createPlane({ config, sources: [objectSource({})], logger: false, tenants: { folder } })
  await expect(booting).rejects.toThrow(/no-such-folder: does not exist\. Create the folder, or correct its path/)
})
