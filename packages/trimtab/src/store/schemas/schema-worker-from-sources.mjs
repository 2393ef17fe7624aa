// How the thread is begun where TypeScript is run as it stands: in the tests. It is no part of what is published.
import { register } from 'tsx/esm/api'

register()
await import('./schema-worker.ts')
