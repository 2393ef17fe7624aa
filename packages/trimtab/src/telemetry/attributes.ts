/** Every attribute of a series or a span, and what it says. Values are from short lists, except where it says otherwise. */
export const attributes = {
  'trimtab.instance': 'The plane: its option `instance`. On every series and span',
  'trimtab.reload.status': 'How it ended, as in the outcome: `full_success`, `rolled_back`, …',
  'trimtab.reload.trigger': 'What asked for it first: `file`, `manual`, `retry`, …',
  'trimtab.reload.id': 'The reload it belongs to, as in events, logs and outcomes. On spans alone',
  'trimtab.breaker.state': '`closed`, `failing`, `open`',
  'trimtab.bake.result': '`stable`, `undone`, `kept`, `superseded`',
  'trimtab.boot.from': '`configured`, `last_known_good`, `fallback`',
  'trimtab.health.question': '`health`, `readiness`, `liveness`, `startup`',
  'trimtab.health.status': '`healthy`, `degraded`, `unhealthy`, `unknown`',
  'trimtab.check': 'The health check, by its name: at most 1,000 of them, and `_other`',
  'trimtab.remedy.step': '`applied`, `withdrawn`, `failed`',
  'trimtab.tenant':
    'The tenant: the first 1,000, or as many as `telemetry.tenantLabels` says, and `_other` for the rest',
  'trimtab.tenant.state': '`active`, `suspended`',
  'trimtab.tenant.status': 'How its reload ended: `applied`, `refused`, `unreadable`, …',
  'trimtab.activation.outcome': '`activated`, `failed`',
  'trimtab.snapshot.outcome':
    '`reused`: what all tenants share; `built`: made for one; `stale`: its last good one, because it can’t have what is configured',
  'trimtab.violation.kind': '`missing_context`, `invalid_context`, `cross_tenant`, `mismatch`',
  'trimtab.sink': 'The sink, by its name',
  'trimtab.source': 'The source, by its name',
  'trimtab.environment': 'The environment of a store',
  'trimtab.notification.kind':
    '`delivered`; `duplicate`; `late`: for a revision before one that was heard of; `malformed`: not what a store sends; `unknown`: for an environment that nobody here follows; `missed`: found without one',
  'trimtab.disconnect.reason':
    '`ended`, `silent`: nothing came any more; `failed`: a request, or an attempt to connect; `unheard`: what is sent does not arrive',
  'trimtab.publish.outcome': '`published`, `unchanged`, `conflict`, `refused`; `failed`: it threw, or was given up',
} as const satisfies Readonly<Record<string, string>>

export type AttributeName = keyof typeof attributes
