import { TrimtabError } from '../errors/trimtab-error.ts'
import { typeName } from '../primitives/json.ts'
import { nearestName } from '../schema/check/did-you-mean.ts'

/** What an option may be; left away it may always be. */
interface Rule {
  /** Follows `expected`. */
  readonly expected: string
  readonly fits: (value: unknown) => boolean
}

/** One rule for every option that there is: whatever else is given was misspelt. */
export type OptionRules<Options> = { readonly [Name in keyof Options]-?: Rule }

/** The kinds of options that sources have. */
export const option = {
  flag: { expected: 'true or false', fits: (value) => typeof value === 'boolean' },
  text: { expected: 'a text', fits: (value) => typeof value === 'string' },
  name: {
    expected: 'a text without control characters, and not an empty one',
    fits: (value) => typeof value === 'string' && /^\P{Cc}+$/u.test(value),
  },
  trust: { expected: "'local' or 'allow_listed'", fits: (value) => value === 'local' || value === 'allow_listed' },
  function: { expected: 'a function', fits: (value) => typeof value === 'function' },
  texts: {
    expected: 'a list of texts',
    fits: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  },
  map: {
    expected: "an object of texts, like { DATABASE_URL: 'pool.url' }",
    fits: (value) => isObject(value) && Object.values(value).every((item) => typeof item === 'string'),
  },
  variables: { expected: 'an object of texts', fits: isObject },
  /** Its bounds are checked where it is used. */
  milliseconds: { expected: 'milliseconds, as a number', fits: (value) => typeof value === 'number' },
  duration: {
    expected: "milliseconds, or text with a unit like '30s'",
    fits: (value) => typeof value === 'number' || typeof value === 'string',
  },
} as const satisfies Readonly<Record<string, Rule>>

/**
 * Throws `option_invalid` for options that are none of the function called `maker`, or of another type. What is written
 * in JavaScript has passed no compiler, and what is misspelt would do nothing in silence.
 */
export function checkSourceOptions<Options extends object>(
  maker: string,
  options: Options,
  rules: OptionRules<Options>,
): void {
  if (!isObject(options)) {
    throw new TrimtabError(
      'option_invalid',
      `The options of ${maker}() have to be an object, not ${typeName(options)}.`,
    )
  }
  const known = Object.keys(rules)
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, name)) {
      const nearest = nearestName(name, known)
      const meant = nearest === undefined ? '' : `Did you mean ${nearest}? `
      throw new TrimtabError(
        'option_invalid',
        `The option ${JSON.stringify(name)} of ${maker}() is not known. ${meant}The options are ${known.join(', ')}.`,
      )
    }
    // One of its own keys, as just seen.
    const { expected, fits } = rules[name as keyof Options]
    if (value !== undefined && !fits(value)) throw optionInvalid(maker, `option ${name}`, `expected ${expected}`)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function optionInvalid(maker: string, what: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The ${what} of ${maker}() is not possible: ${why}.`)
}
