/**
 * Resolves when nothing is asked of the file system any more. A folder is a real one, and takes real time: who moves time
 * by hand moves it between what is asked, or a slow machine would run into every deadline there is.
 */
export async function diskIsQuiet(): Promise<void> {
  for (let calm = 0; calm < 5; ) {
    await new Promise((resolve) => setImmediate(resolve))
    calm = process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq')) ? 0 : calm + 1
  }
}
