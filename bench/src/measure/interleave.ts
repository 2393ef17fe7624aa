/** Does one round of one case and gives the time of one operation, in milliseconds. */
export type Case = () => number | Promise<number>

/** The times of each case, round by round. */
export type Times<Name extends string> = Readonly<Record<Name, readonly number[]>>

/**
 * Runs the cases in turn, round after round, so that whatever else the machine does meets all of them; every second
 * round in reverse, so that none always comes after the same other one.
 */
export async function interleave<Name extends string>(
  cases: Readonly<Record<Name, Case>>,
  { rounds, warmUp = 3 }: { readonly rounds: number; readonly warmUp?: number },
): Promise<Times<Name>> {
  // The keys of a record of cases are the names of the cases.
  const names = Object.keys(cases) as Name[]
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const time = await cases[name]()
      if (round >= 0) times[name].push(time)
    }
  }
  return times
}

const batch = 4

/** A case of something quick: `loop` does it as many times as it is told, which is found out to fill some milliseconds. */
export function looped(loop: (times: number) => unknown): Case {
  let times = 0
  let result: unknown
  const run = (count: number) => {
    const started = performance.now()
    result = loop(count)
    return performance.now() - started
  }
  return () => {
    while (times === 0 || run(times) < batch / 2) times = Math.max(1, times * 2)
    const time = run(times) / times
    // A loop whose result nobody looks at may be left out by the engine.
    if (result === looped) throw new Error('unreachable')
    return time
  }
}

/** A case of something that takes a while; `prepare` is not timed. */
export function once<Input>(prepare: () => Input | Promise<Input>, work: (input: Input) => unknown): Case {
  return async () => {
    const input = await prepare()
    const started = performance.now()
    await work(input)
    return performance.now() - started
  }
}
