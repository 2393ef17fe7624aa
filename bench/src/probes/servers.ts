import type { Server } from 'node:http'
import terminus from '@godaddy/terminus'
import { Controller, Get, Inject, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { HealthCheckService, TerminusModule } from '@nestjs/terminus'
import { createPlane, defineConfig, healthy, objectSource } from 'trimtab'
import { nodeProbes } from 'trimtab/probes'
import { z } from 'zod'
import { serverOf } from './pipeline.ts'

const { createTerminus } = terminus
const config = defineConfig(z.object({}))

/** A server, and what has to be ended with it. */
export interface Served {
  readonly server: Server
  readonly close: () => Promise<unknown>
}

/** The least that can answer: bytes that are there already, with the headers of a probe. */
export function staticServer(): Served {
  const body = Buffer.from('healthy\n')
  const headers = ['content-type', 'text/plain', 'content-length', String(body.length), 'cache-control', 'no-store']
  const server = serverOf((_, response) => {
    response.writeHead(200, headers).end(body)
  })
  return { server, close: async () => {} }
}

/** The probes of a plane with so many checks, all of which have run. */
export async function planeServer(checks: number): Promise<Served> {
  const plane = await createPlane({ config, sources: [objectSource({})], logger: false })
  // Their rounds in the background are measured elsewhere: here they would be everybody's.
  const interval = 60_000
  for (let index = 0; index < checks; index += 1)
    plane.health.add({ name: `check${index}`, interval, run: () => healthy() })
  await plane.health.check({ fresh: true })
  const probes = nodeProbes(plane.health)
  const server = serverOf((request, response) => {
    if (!probes(request, response)) response.writeHead(404).end()
  })
  return { server, close: () => plane.close() }
}

/** Runs its checks for every request, as its documentation has it. */
export function terminusServer(checks: number): Served {
  const server = serverOf((_, response) => {
    response.writeHead(404).end()
  })
  const check = async () => {
    await Promise.all(Array.from({ length: checks }, async () => healthy()))
  }
  createTerminus(server, { healthChecks: { '/readyz': check }, signals: [], useExit0: true })
  return { server, close: async () => {} }
}

/** The same, with Nest and a controller around it. */
export async function nestServer(checks: number): Promise<Served> {
  class ProbeController {
    readonly #health: HealthCheckService

    constructor(health: HealthCheckService) {
      this.#health = health
    }

    readyz() {
      return this.#health.check(
        Array.from({ length: checks }, (_, index) => async () => ({ [`check${index}`]: { status: 'up' as const } })),
      )
    }
  }
  // What the decorators do, which is no syntax that can be erased.
  Inject(HealthCheckService)(ProbeController, undefined, 0)
  const handler = Object.getOwnPropertyDescriptor(ProbeController.prototype, 'readyz')
  if (handler === undefined) throw new Error('The controller has no handler.')
  Get('readyz')(ProbeController.prototype, 'readyz', handler)
  Controller()(ProbeController)
  // oxlint-disable-next-line typescript/no-extraneous-class -- a module of Nest is its decorator
  class ProbeModule {}
  Module({ imports: [TerminusModule.forRoot({ logger: false })], controllers: [ProbeController] })(ProbeModule)
  const app = await NestFactory.create(ProbeModule, { logger: false })
  await app.init()
  return { server: app.getHttpServer(), close: () => app.close() }
}
