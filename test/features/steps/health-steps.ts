import { fetchProbes } from 'trimtab/probes'
import { expect } from 'vitest'
import { moduleCalls } from '../world/module-calls.ts'
import type { Step, World } from '../world/world.ts'

/** How the shop is, and how it says so. */
export function healthSteps(step: Step): void {
  step('the shop has a/an {role} check {string}', ({ checks }, role, name) => checks.add(name, role))
  step('while {string} is down {path} is to be {value}', ({ checks }, name, path, value) =>
    checks.ease(name, { [path]: value }),
  )
  step('{string} {conduct}', ({ checks }, name, conduct) => checks.say(name, conduct))
  step('{string} fails while {path} is above {int}', ({ checks }, name, path, limit) =>
    checks.failAbove(name, path, limit),
  )
  step('a minute has passed', ({ reader }) => reader.wait(60_000))

  step('somebody asks how the shop is now', ({ checks }) => checks.ask(1))
  step('{int} callers ask how the shop is now', ({ checks }, callers) => checks.ask(callers))
  step('the answer comes within {time}', ({ checks }, time) => {
    expect(checks.answers).toHaveLength(1)
    // A slack of one look at the clock.
    expect(checks.answers[0]?.after).toBeLessThanOrEqual(time + 50)
  })
  step('in the answer {string} has run out of time', ({ checks }, name) => {
    expect(checks.answered(name)).toMatchObject({ timedOut: true, observed: 'unhealthy' })
  })
  step('in the answer {string} is {status}', ({ checks }, name, status) => {
    expect(checks.answered(name)).toMatchObject({ status })
  })
  step('{string} has run once', ({ checks }, name) => {
    expect(checks.runs(name)).toBe(1)
  })
  step('all of them have the same answer', ({ checks }) => {
    expect(new Set(checks.answers.map(({ answer }) => answer)).size).toBe(1)
  })

  step('the shop is {status}', ({ shop }, status) => {
    expect(shop.plane.health.answer.readiness.status).toBe(status)
  })
  step('its health is {status}, its readiness {status} and its liveness {status}', ({ shop }, ...statuses) => {
    const { health, readiness, liveness } = shop.plane.health.answer
    expect([health.status, readiness.status, liveness.status]).toEqual(statuses.slice(0, 3))
  })
  step('the shop was ready all the time', ({ reader }) => {
    expect(reader.readiness).toEqual(['healthy'])
  })

  step('the probe {string} is asked {int} times', async ({ shop, checks }, path, count) => {
    checks.forgetRuns()
    for (let call = 0; call < count; call += 1) await probe(shop, path)
  })
  step('{string} has not run for it', ({ checks }, name) => {
    expect(checks.runs(name)).toBe(0)
  })
  step('the probe {string} answers {int}', async ({ shop }, path, status) => {
    expect((await probe(shop, path)).status).toBe(status)
  })
  step('an operator asks the probe {string}', async ({ shop, checks }, path) => {
    checks.reply = await (await probe(shop, path, true)).text()
  })
  step('a stranger asks the probe {string}', async ({ shop, checks }, path) => {
    checks.reply = await (await probe(shop, path)).text()
  })
  step('the reply speaks of {string}', ({ checks }, text) => {
    expect(checks.reply).toContain(text)
  })
  step('the reply does not speak of {string}', ({ checks }, text) => {
    expect(checks.reply).not.toContain(text)
  })

  step('the shop is told to stop', ({ shop }) => shop.tellToStop())
  step('no module has stopped', ({ shop }) => {
    expect(moduleCalls(shop.recording.calls).stopped).toEqual([])
  })
  step('the shop has ended, and said that {word} did not stop', async ({ shop }, module) => {
    expect(await shop.ended).toBe(1)
    expect(shop.witness.logger.lines.join('\n')).toContain(`${module} did not stop`)
  })
  step('{word} has stopped', ({ shop }, module) => {
    expect(shop.recording.resources.filter((each) => each.module === module)).toMatchObject([{ state: 'stopped' }])
  })
  step('every module has stopped, and none before those that need it', ({ shop }) => {
    const { stopped } = moduleCalls(shop.recording.calls)
    expect([...stopped].sort()).toEqual(shop.modules.map(({ name }) => name).sort())
    for (const { name, definition } of shop.modules)
      for (const needed of definition.dependsOn ?? [])
        expect(stopped.indexOf(needed.name)).toBeGreaterThan(stopped.indexOf(name))
  })
}

/** What a load balancer, or a person with the operators' token, gets. */
async function probe({ plane, clock }: World['shop'], path: string, isOperator = false): Promise<Response> {
  const authorize = ({ headers }: Request) => headers.get('authorization') === 'operator'
  const headers = isOperator ? { authorization: 'operator' } : {}
  const answer = await fetchProbes(plane.health, { authorize, clock })(new Request(`http://shop${path}`, { headers }))
  if (answer === undefined) throw new Error(`${path} is no probe`)
  return answer
}
