import type { EventStatus } from '../packages/trimtab/src/events/types/reload-data.ts'
import type { EventType } from '../packages/trimtab/src/events/event-types.ts'

/** A type without `dev.trimtab.`; `?`: where there is reason to, `*`: any number of times. */
export type Told = EventType extends `dev.trimtab.${infer Name}` ? `${Name}${'' | '?' | '*'}` : never

export interface OutcomeCase {
  readonly when: string
  /** In this order. */
  readonly told: readonly Told[]
}

/** What is told of a reload, by how it ends. A test drives a plane through each and compares. */
export const outcomeEvents: Readonly<Record<EventStatus, readonly OutcomeCase[]>> = {
  unchanged: [
    {
      when: 'nothing is different',
      told: ['breaker.closed?', 'restart.pending?', 'restart.cleared?', 'reload.completed'],
    },
  ],
  full_success: [
    {
      when: 'nothing judges it',
      told: [
        'reload.started',
        'breaker.closed?',
        'module.applied*',
        'reload.committed',
        'module.stuck?',
        'module.cleared?',
        'restart.pending?',
        'restart.cleared?',
        'module.retired*',
        'reload.completed',
        'module.retired*',
      ],
    },
    {
      when: 'health judges it',
      told: [
        'reload.started',
        'breaker.closed?',
        'module.applied*',
        'reload.committed',
        'module.stuck?',
        'module.cleared?',
        'restart.pending?',
        'restart.cleared?',
        'bake.superseded?',
        'bake.started',
        'bake.stable',
        'reload.completed',
        'module.retired*',
      ],
    },
    {
      when: 'health says no, and there is nothing better to go back to',
      told: [
        'reload.started',
        'breaker.closed?',
        'module.applied*',
        'reload.committed',
        'module.stuck?',
        'module.cleared?',
        'restart.pending?',
        'restart.cleared?',
        'bake.superseded?',
        'bake.started',
        'bake.kept',
        'reload.completed',
        'module.retired*',
      ],
    },
  ],
  partial_applied: [
    {
      when: 'under `bestEffort`, a module failed',
      told: [
        'reload.started',
        'breaker.failing?',
        'breaker.opened?',
        'module.applied*',
        'module.failed*',
        'module.applied*',
        'reload.committed',
        'module.stuck?',
        'module.cleared?',
        'restart.pending?',
        'restart.cleared?',
        'bake.superseded?',
        'reload.completed',
        'module.retired*',
      ],
    },
  ],
  validation_failed: [
    { when: 'it is invalid, or set aside', told: ['breaker.closed?', 'reload.completed'] },
    {
      when: 'a module refused it',
      told: ['reload.started', 'breaker.closed?', 'module.failed*', 'reload.completed'],
    },
  ],
  load_failed: [{ when: 'a source can’t be read', told: ['reload.completed'] }],
  rolled_back: [
    {
      when: 'a module failed',
      told: [
        'reload.started',
        'breaker.failing?',
        'breaker.opened?',
        'module.undone*',
        'module.failed*',
        'module.undone*',
        'reload.completed',
      ],
    },
    {
      when: 'nobody wanted it any more',
      told: ['reload.started?', 'module.undone*', 'module.failed*', 'reload.completed'],
    },
    {
      when: 'health undid it',
      told: [
        'reload.started',
        'breaker.closed?',
        'module.applied*',
        'reload.committed',
        'module.stuck?',
        'module.cleared?',
        'restart.pending?',
        'restart.cleared?',
        'bake.superseded?',
        'bake.started',
        'bake.undone',
        'module.retired*',
        'reload.committed',
        'restart.pending?',
        'restart.cleared?',
        'content.set_aside?',
        'reload.completed',
        // The boot, where that was gone back to, is judged on.
        'bake.started?',
        'module.retired*',
      ],
    },
  ],
  stuck: [
    {
      when: 'a module failed, and an undo as well',
      told: [
        'reload.started',
        'module.stuck',
        'breaker.failing?',
        'breaker.opened?',
        'module.undone*',
        'module.failed*',
        'module.undone*',
        'reload.completed',
      ],
    },
    {
      when: 'health undid it, and an undo failed',
      told: [
        'reload.started',
        'breaker.closed?',
        'module.applied*',
        'reload.committed',
        'module.cleared?',
        'restart.pending?',
        'restart.cleared?',
        'bake.superseded?',
        'bake.started',
        'bake.undone',
        'module.retired*',
        'reload.committed',
        'restart.pending?',
        'restart.cleared?',
        'module.stuck',
        'content.set_aside?',
        'reload.completed',
        'bake.started?',
        'module.retired*',
      ],
    },
  ],
  circuit_open: [{ when: 'the breaker holds this content back', told: ['reload.completed'] }],
}
