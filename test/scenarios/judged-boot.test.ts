import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPlane, defineConfig, defineModule, dynamic, type Judge, type Verdict } from 'trimtab'
import { createManualClock, scriptedSource } from 'trimtab/testing'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { nextOutcome } from '../support/next-event.ts'
import { tempFolder } from '../support/temp-folder.ts'

const config = defineConfig(z.object({ app: dynamic(z.object({ value: z.number() })) }))
const app = defineModule({ name: 'app', config: config.section('app'), start: () => ({}), reload: () => {} })

/** A service with a state folder, whose boot is still judged, and what the folder holds. */
async function start() {
  const stateDir = tempFolder()
  const source = scriptedSource({ tree: { app: { value: 1 } } })
  const open: ((verdict: Verdict) => void)[] = []
  const judge: Judge = { judge: () => new Promise<Verdict>((resolve) => open.push(resolve)) }
  const clock = createManualClock()
  const options = { config, sources: [source], modules: [app], bake: { judge }, stateDir, instance: 'one', clock }
  const plane = await createPlane({ ...options, logger: false })
  onTestFinished(async () => {
    await plane.close()
  })
  const file = (name: RegExp): string => {
    const files = readdirSync(join(stateDir, 'one'), { recursive: true, encoding: 'utf8' })
    const found = files.find((each) => name.test(each))
    return found === undefined ? '' : readFileSync(join(stateDir, 'one', found), 'utf8')
  }
  return { plane, source, file, decide: (verdict: Verdict) => open.at(-1)?.(verdict) }
}

const isWorse: Verdict = { kind: 'unhealthy', reasons: ['it is down'] }

/** Changes the value, and waits until that is judged. */
async function change({ plane, source }: Awaited<ReturnType<typeof start>>, value: number) {
  const isJudged = new Promise<void>((resolve) => {
    const stop = plane.events.on(({ type }) => {
      if (type !== 'dev.trimtab.bake.started') return
      stop()
      resolve()
    })
  })
  source.set({ app: { value } })
  const changed = plane.reload()
  await isJudged
  return { changed }
}

test('a change that is undone while the boot is judged is set aside, and the boot becomes the last known good', async () => {
  const service = await start()
  const { plane, decide, file } = service
  const begun = file(/attempt/)
  expect(begun).toContain('digest')
  const { changed } = await change(service, 2)
  decide(isWorse)
  expect(await changed).toMatchObject({ status: 'rolled_back', cause: { reasons: ['it is down'] } })
  expect(file(/set-aside/)).toContain('it is down')
  // Should the process crash now, it is the boot's content that did it.
  expect(digestIn(file(/attempt/))).toBe(digestIn(begun))
  expect(file(/good/)).toBe('')

  const proved = nextOutcome(plane, 'full_success')
  decide({ kind: 'stable' })
  expect(await proved).toMatchObject({ triggers: ['boot'], problems: [] })
  expect(file(/good/)).toContain('"value":1')
  expect(file(/attempt/)).toBe('')
})

test('a change that stays because the boot was as bad is not the last known good', async () => {
  const service = await start()
  const { changed } = await change(service, 2)
  service.decide({ ...isWorse, failedBefore: true })
  expect(await changed).toMatchObject({ status: 'full_success', problems: [{ code: 'kept_unhealthy' }] })
  expect(service.plane.config.app.value).toBe(2)
  expect([service.file(/good/), service.file(/attempt/), service.file(/set-aside/)]).toEqual(['', '', ''])
})

function digestIn(text: string): string | undefined {
  return /"digest":"([^"]+)"/.exec(text)?.[1]
}
