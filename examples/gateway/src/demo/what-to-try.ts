/** What a person is told to do with a gateway that has just started. */
export function whatToTry(url: string, folder: string, { isTyped }: { readonly isTyped: boolean }): readonly string[] {
  const ask = (tenant: string) =>
    `curl -i -H 'x-tenant: ${tenant}' -H "authorization: Bearer $(cat ${folder}/secrets/${tenant})" ${url}/orders/1`
  const typed = [
    '  9 without a file      type set limits.requestsPerSecond 5 here; with 0.1, send the first request twice; rollback 1 takes it back (help says what else)',
  ]
  return [
    '',
    `Edit the files in ${folder}: a saved change applies at once. Send requests with`,
    `  ${ask('globex')}`,
    `  ${ask('acme')}`,
    `How it is: curl ${url}/readyz   What happened: ${folder}/events/events.jsonl`,
    '',
    'Try',
    `  1 a good change       routes.d/shop.yaml: orders, upstream: blue → green; save, and send the first request again`,
    `  2 a refused one       routes.d/shop.yaml: orders, upstream: → purple, which is not there`,
    `  3 a syntax error      config.yaml: responses, ttl: "10s with the quote left open`,
    `  4 wait for a restart  config.yaml: http, take the # before port away`,
    '  5 undone by health    config.yaml: blue, url: ${env:BLUE_URL} → ${env:RED_URL}, which answers 500: it applies, and is taken back',
    `  6 one tenant's limit  tenants/globex.yaml: take the # before limits away; send the first request twice`,
    `  7 a broken tenant     tenants/acme.yaml: requestsPerSecond: 200 → lots; acme goes on as before, and globex has not noticed`,
    `  8 a tenant's own      routes.d/shop.yaml: put # before tenants: [acme]; the guard refuses what globex asks of acme's upstream`,
    ...(isTyped ? typed : []),
    'Take 2 to 8 back, and the warnings go. Ctrl-C ends it: it says at /readyz that it is leaving, and stops half a second later.',
  ]
}
