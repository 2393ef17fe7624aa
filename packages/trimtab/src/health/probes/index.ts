export { compositeCheck, type CompositeCheckOptions } from '../adapters/composite-check.ts'
export { diskCheck, type DiskCheckOptions } from '../adapters/disk-check.ts'
export { httpCheck, type HttpCheckOptions, tcpCheck, type TcpCheckOptions } from '../adapters/network-checks.ts'
export { pgPoolCheck, type PgPoolCheckOptions, type PgPoolLike } from '../adapters/pg-pool-check.ts'
export {
  eventLoopCheck,
  type EventLoopCheckOptions,
  heapCheck,
  type HeapCheckOptions,
} from '../adapters/process-checks.ts'
export {
  functionCheck,
  type FunctionCheckOptions,
  staticCheck,
  type StaticCheckOptions,
} from '../adapters/simple-checks.ts'
export type { AdapterOptions } from '../adapters/adapter-options.ts'
export { type FetchProbes, fetchProbes } from './fetch-probes.ts'
export { type NodeProbes, nodeProbes, type ProbeOptions } from './node-probes.ts'
export type { ProbeName, ProbePaths } from './probe-paths.ts'
export { type ProbeThread, type ProbeThreadOptions, startProbeThread } from './probe-thread.ts'
