/** What a person is told to do with a gateway that has just started. */
export function whatToTry(url: string, folder: string): readonly string[] {
  return [
    '',
    `Edit ${folder}/config.yaml and ${folder}/routes.d/shop.yaml: a saved change applies at once. Send a request with`,
    `  curl -i -H 'x-tenant: globex' ${url}/orders/1`,
    '',
    'Try',
    `  1 a good change       routes.d/shop.yaml: orders, upstream: blue → green; save, and send the request again`,
    `  2 a refused one       routes.d/shop.yaml: orders, upstream: → purple, which is not there`,
    `  3 a syntax error      config.yaml: limits, interval: "1s with the quote left open`,
    `  4 wait for a restart  config.yaml: http, take the # before port away`,
    'Take 2, 3 and 4 back, and the warnings go. Ctrl-C ends it.',
  ]
}
