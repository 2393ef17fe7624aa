import { createPlane, defineConfig, healthy, objectSource } from 'trimtab'
import { nodeProbes } from 'trimtab/probes'
import { z } from 'zod'
import { listening, serverOf } from '../probes/pipeline.ts'

/** A service with a plane that runs until it is told to stop. Says which port its probes have. */
const plane = await createPlane({ config: defineConfig(z.object({})), sources: [objectSource({})], logger: false })
plane.health.add({ name: 'database', run: () => healthy() })
await plane.health.check({ fresh: true })
const probes = nodeProbes(plane.health)
const port = await listening(
  serverOf((request, response) => {
    if (!probes(request, response)) response.writeHead(404).end()
  }),
)
void plane.run()
process.send?.(port)
