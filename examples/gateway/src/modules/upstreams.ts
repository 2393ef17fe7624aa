import { httpClientsModule } from 'trimtab/parts'
import { config } from '../config.ts'

/**
 * A client for each upstream. How they are decides whether a change may stay: an address that is valid for every module,
 * and behind which a server answers 500, is taken back by itself. An upstream that fails later degrades the gateway and
 * never takes it out of service, because every other gateway sees the same.
 */
export const upstreams = httpClientsModule({
  name: 'upstreams',
  config: config.section('traffic.upstreams'),
  health: { path: '/', shared: true, interval: 1_000, fall: 3, rise: 2 },
})
