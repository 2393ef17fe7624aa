import type { Language } from '../command.ts'

/** Who asks the questions of `init`. Undefined means that the person gave up. */
export interface InitPrompts {
  name(suggested: string, problemWith: (name: string) => string | undefined): Promise<string | undefined>
  language(suggested: Language): Promise<Language | undefined>
}
