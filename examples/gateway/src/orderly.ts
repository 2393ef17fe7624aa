import { isTrimtabError } from 'trimtab'

/** Does the work of a process. Gives the code to exit with: that of the error table, with a line that says why, where it fails. */
export async function orderly(print: (line: string) => void, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (!isTrimtabError(error)) throw error
    print(error.message)
    return error.kind.exitCode
  }
}
