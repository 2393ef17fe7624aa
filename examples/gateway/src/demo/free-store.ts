import { type ConfigStore, isTrimtabError, TrimtabError } from 'trimtab'
import { openStore } from '../store/open-store.ts'

/** More gateways than that are no accident. */
const most = 9

/**
 * Opens the store of a folder; where another gateway has it, that of a folder beside it: `run-2`, `run-3`. Whoever starts
 * a second gateway gets one. Throws `dependency_missing`, which says how to go without a store, and `store_incompatible` for a
 * folder of another version, which says how to begin anew.
 */
export async function openFreeStore(
  folder: string,
  print: (line: string) => void,
): Promise<{ readonly folder: string; readonly store: ConfigStore }> {
  for (let number = 1; ; number += 1) {
    const place = number === 1 ? folder : `${folder}-${number}`
    try {
      return { folder: place, store: await openStore(place) }
    } catch (error) {
      if (isTrimtabError(error, 'dependency_missing')) {
        const message = `${error.message}, or go without a store: npm start -- --files`
        throw new TrimtabError('dependency_missing', message, { cause: error, details: error.details })
      }
      if (isTrimtabError(error, 'store_incompatible')) {
        const message = `${error.message} Or delete ${place}/store, and what was published there, to begin anew.`
        throw new TrimtabError('store_incompatible', message, { cause: error, details: error.details })
      }
      if (!isTrimtabError(error, 'store_in_use') || number === most) throw error
      print(`another gateway runs in ${place}: taking ${folder}-${number + 1}`)
    }
  }
}
