/** What of a module or check a finding is about. `dispose` is the end of what `check` prepared; `run` and `close` are a health check's. */
export type VerifiedHook =
  | 'enabled'
  | 'check'
  | 'start'
  | 'reload'
  | 'undo'
  | 'stop'
  | 'dispose'
  | 'health'
  | 'checkTenant'
  | 'reloadTenant'
  | 'run'
  | 'close'

/** `error`: a plane with it will one day lose a reload, a resource or the process. `warning`: it should be looked at. */
export type VerifySeverity = 'error' | 'warning'

/** One thing that modules and checks are verified for. */
export interface VerifyRule {
  readonly severity: VerifySeverity
  /** What is wrong, in one line. */
  readonly title: string
  /** Why it matters, and what to do about it. */
  readonly explanation: string
}

const rule = (severity: VerifySeverity, title: string, explanation: string): VerifyRule => ({
  severity,
  title,
  explanation,
})

/**
 * Everything that `verifyModule` and `verifyHealthCheck` can find, by id. An id is never renamed.
 *
 * @example
 * verifyRules['hook-hangs'].title // 'It does not end by its deadline'
 */
export const verifyRules = {
  'hook-hangs': rule(
    'error',
    'It does not end by its deadline',
    'The plane abandons a step at its deadline: the reload is refused or undone, and nobody knows what the step still does. Bound everything that waits, and end when the signal aborts.',
  ),
  'returns-late': rule(
    'error',
    'It ends after its deadline as if nothing had happened',
    'What comes late is thrown away, and a late resource is stopped. End with an error as soon as the signal aborts.',
  ),
  'ignores-signal': rule(
    'error',
    'It goes on although its signal has aborted',
    'An abandoned step that goes on holds connections, and may change the resource after everybody has gone on. Pass the signal to what is awaited, or look at it between the steps.',
  ),
  'hook-throws': rule(
    'error',
    'It throws for a configuration that is valid',
    'A hook may refuse what cannot work, and throws then. The contents that were given to the verification are said to be valid: correct the hook, or the contents.',
  ),
  'throws-nothing': rule(
    'error',
    'It throws what says nothing',
    'Whoever is called at night reads what was thrown. Throw an Error with a message that says where, what was expected and what to do.',
  ),
  'throws-later': rule(
    'error',
    'It leaves an error that nobody can catch',
    'An exception in a timer or an event, or a rejection that nobody handles, ends the process. Handle the errors of everything that goes on beside the hook.',
  ),
  'mutates-input': rule(
    'error',
    'It changes what it was given to read',
    'Configurations are shared by all readers and frozen, so that changing one throws or silently does nothing. Make a copy.',
  ),
  'not-idempotent': rule(
    'error',
    'Reloading twice to the same configuration is not the same as once',
    'A reload that failed is undone by a second call, whatever of the first one was done. Set the state, instead of adding to it.',
  ),
  'does-not-undo': rule(
    'error',
    'What was changed stays when it is undone',
    'A reload is undone when a later module or the health of the service refuses it. Return an undo, or let `reload` work in both directions.',
  ),
  'half-undoes': rule(
    'error',
    'Undone, it is neither what it was nor what it should become',
    'A mixture of two configurations is what nobody has tested. Undo everything that `reload` changes, also when it ended in the middle.',
  ),
  'disturbs-running': rule(
    'error',
    'Starting a second resource changes the one that runs',
    'A module without `reload` is replaced: the new resource is started beside the old one, which goes on if the new one is refused. Keep all state in the resource, or declare the module `exclusive`.',
  ),
  'reload-differs': rule(
    'warning',
    'Reloading to a configuration is not the same as starting on it',
    'A reload that forgets a field is noticed at the next restart, by somebody else. Take over every field, or name it in `replaceOn`.',
  ),
  'check-has-effects': rule(
    'error',
    'Asking changes the resource that runs',
    'A check is asked before anything may change, and also for a rehearsal. Put what it prepares into what it returns.',
  ),
  'check-not-repeatable': rule(
    'error',
    'Asked again for the same, it answers otherwise',
    'What a check takes for itself is in its own way the next time: a reload after a rehearsal would be refused. Give back everything, or put it into what is returned, with `Symbol.asyncDispose`.',
  ),
  'prepared-not-disposed': rule(
    'error',
    'What a check prepared is not given back when it is not used',
    'The plane disposes what no hook took, by `Symbol.asyncDispose`, `Symbol.dispose` or `close()`. It has to have one of them, and that has to work.',
  ),
  'enabled-not-pure': rule(
    'error',
    'Asked again for the same section, `enabled` answers otherwise',
    'It is asked as often as the plane likes, also for rehearsals. Decide by the section alone.',
  ),
  'blocks-loop': rule(
    'warning',
    'It keeps the event loop from turning',
    'Nothing else happens in the process meanwhile: no request is answered and no deadline is noticed. Use what is asynchronous, or a worker.',
  ),
  'leaks-timer': rule(
    'error',
    'It leaves a timer behind',
    'Each reload or failed start leaves one more. Clear it in `stop`, in the undo, and when the signal aborts.',
  ),
  'leaks-handle': rule(
    'error',
    'It leaves a socket, server, watcher, process or worker behind',
    'What a check, a reload or a start that failed has opened has no owner that could close it. Close it in the hook itself.',
  ),
  'leaks-listener': rule(
    'error',
    'It leaves a listener on the process or on a dependency behind',
    'It keeps the old resource in memory and calls it when it has ended. Remove it in `stop`.',
  ),
  'leaks-signal-listener': rule(
    'warning',
    'It goes on listening to a signal that was for one step',
    'Each hook and each run has a signal of its own; what listens to it must stop when the step has ended.',
  ),
  'alive-after-stop': rule(
    'error',
    'Something it opened is open after it was stopped',
    'A port that is still taken keeps the next resource from starting. `stop` has to end everything that `start` and `reload` opened, and wait until it has ended.',
  ),
  'stop-not-idempotent': rule(
    'warning',
    'Stopping twice fails',
    'A plane stops a resource once, but a test, a signal handler or an owner of two planes may not. A second stop should do nothing.',
  ),
  'reports-garbage': rule(
    'error',
    'It reports what is no finding',
    'A check gives nothing, a boolean, or findings with a status of `healthy`, `degraded`, `unhealthy` or `unknown` and texts. Anything else counts as unhealthy.',
  ),
  'report-too-large': rule(
    'warning',
    'It reports more than is kept',
    'Kept are at most 256 findings, 4 KiB of a message, and of details 256 values, 6 levels and 1 KiB of a text, all of it JSON. Say what matters.',
  ),
  'report-unreadable': rule(
    'error',
    'Its report throws when it is read',
    'Give plain data, not objects with getters of their own.',
  ),
  'report-changes': rule(
    'error',
    'A report changes after it was given',
    'Who has read it goes by what is not true any more. Make a new one for every run.',
  ),
  'components-change': rule(
    'warning',
    'The components it names are others at every run',
    'A component is followed by its name: damping, events and metrics begin anew with each new one. Use lasting names, and put what differs into the message.',
  ),
  'hook-not-driven': rule(
    'warning',
    'It was never called',
    'Nothing is known of a hook that the given contents did not need. Give contents that differ in a dynamic field of the section.',
  ),
  'not-observed': rule(
    'warning',
    'Nobody could see what a reload does',
    'Whether a change is undone can be seen only in the state of the resource. Give the option `observe`.',
  ),
  'observation-moves': rule(
    'warning',
    'What `observe` gives changes by itself',
    'Two looks at a resource that nobody touched differ, so that nothing can be compared. Leave out times, counters and random names.',
  ),
  'not-finished': rule(
    'warning',
    'It could not be verified to the end',
    'The budget was used up. Give the option `budget` more time, or correct what hangs first.',
  ),
} as const satisfies Readonly<Record<string, VerifyRule>>

/** The name of a rule. */
export type VerifyRuleId = keyof typeof verifyRules
