/** Answers the first line with something in it by the same words, and no other: it has been read by then. */
export function createSayOnce(print: (line: string) => void, answer: string): (text: string) => void {
  let isSaid = false
  return (text) => {
    if (isSaid || text.trim() === '') return
    isSaid = true
    print(answer)
  }
}
