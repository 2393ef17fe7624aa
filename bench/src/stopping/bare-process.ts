import { listening, serverOf } from '../probes/pipeline.ts'

/** The least that answers otherwise after SIGTERM. Says which port it has. */
let isReady = true
process.on('SIGTERM', () => {
  isReady = false
})
const port = await listening(
  serverOf((_, response) => {
    response.writeHead(isReady ? 200 : 503, { 'content-length': 0 }).end()
  }),
)
process.send?.(port)
