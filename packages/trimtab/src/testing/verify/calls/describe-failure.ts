import { describeThrown } from '../../../errors/trimtab-error.ts'
import type { VerifyRuleId } from '../rules.ts'

/** Which rule an error that a hook threw breaks, and how to say it. */
export function describeFailure(error: unknown): { readonly rule: VerifyRuleId; readonly message: string } {
  if (!isError(error)) {
    const what = typeof error === 'string' ? `the text ${JSON.stringify(error)}` : describeThrown(error)
    return { rule: 'throws-nothing', message: what.startsWith('threw ') ? what : `threw ${what}, which is no Error` }
  }
  const said = describeThrown(error)
  if (isRefusedMutation(said)) return { rule: 'mutates-input', message: `tried to change what is frozen: ${said}` }
  if (said === '') return { rule: 'throws-nothing', message: 'threw an Error without a message' }
  return { rule: 'hook-throws', message: `threw: ${said}` }
}

/** Asking somebody else's object for its class can throw as well. */
function isError(error: unknown): boolean {
  try {
    return error instanceof Error
  } catch {
    return false
  }
}

/** What V8 says when somebody writes to an object that is frozen. */
function isRefusedMutation(text: string): boolean {
  return /Cannot (assign to read only|add|delete|redefine|define) property|object is not extensible/.test(text)
}
