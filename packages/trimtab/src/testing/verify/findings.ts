import { type VerifiedHook, type VerifyRuleId, verifyRules, type VerifySeverity } from './rules.ts'

/** Something that was seen and should not be. */
export interface VerifyFinding {
  readonly rule: VerifyRuleId
  readonly hook: VerifiedHook
  readonly severity: VerifySeverity
  /** What was seen, in one line, without secrets. */
  readonly message: string
}

/** What was seen so far: each rule once for each hook, as it was seen first. */
export interface Findings {
  add(rule: VerifyRuleId, hook: VerifiedHook, message: string): void
  has(hooks: readonly VerifiedHook[], rules: readonly VerifyRuleId[]): boolean
  list(): readonly VerifyFinding[]
}

const longestMessage = 500

/** `clean` takes secrets out of what is to be shown. */
export function createFindings(clean: (text: string) => string): Findings {
  const found = new Map<string, VerifyFinding>()
  return {
    add(rule, hook, message) {
      const id = `${rule} ${hook}`
      if (found.has(id)) return
      const text = clean(message).slice(0, longestMessage)
      found.set(id, Object.freeze({ rule, hook, severity: verifyRules[rule].severity, message: text }))
    },
    has(hooks, rules) {
      return [...found.values()].some(({ rule, hook }) => hooks.includes(hook) && rules.includes(rule))
    },
    list: () => [...found.values()],
  }
}
