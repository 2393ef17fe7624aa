import type { TrimtabError } from '../errors/trimtab-error.ts'
import { refusal as refuse } from '../modules/refusal.ts'
import type { Section } from '../schema/section.ts'

export interface RefusalPlace {
  /** Where the part's section stands; undefined for a part that was given none. */
  readonly section: Section<unknown> | undefined
  /** The key of the record, for a part with one resource a key. */
  readonly key?: string | undefined
  /** Left away where it is the key itself that can't be taken. */
  readonly field?: string | undefined
}

/** What a check throws: the place, and why the value there can't be taken. `why` never shows the value of a secret. */
export function refusal({ section, key, field }: RefusalPlace, why: string, cause?: unknown): TrimtabError {
  const path = [...(section?.path ?? []), ...[key, field].filter((each) => each !== undefined)]
  return refuse([{ path, why }], cause === undefined ? {} : { cause })
}
