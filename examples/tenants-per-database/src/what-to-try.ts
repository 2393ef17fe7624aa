/** What is said when the service is there: commands that can be copied. Tokens stay in their files. */
export function whatToTry(url: string, tokens: string): readonly string[] {
  const bearer = (name: string) => `-H "authorization: Bearer $(cat ${tokens}/${name})"`
  const as = (tenant: string) => `curl -H 'x-tenant: ${tenant}' ${bearer(tenant)} ${url}`
  const operator = `curl ${bearer('operator')}`
  return [
    'Try, in another terminal:',
    `  1 ${as('acme')}/`,
    `  2 ${as('globex')}/`,
    "  3 publish into acme's database, and do 1 and 2 again: nobody else is touched",
    `    ${operator} -d '{"greeting":"Howdy","limits.perMinute":500}' ${url}/admin/acme`,
    '  4 ask for what is not yours: the guard refuses it, and it is said here',
    `    ${as('acme')}/orders/18`,
    '  5 suspend a tenant: its connections are closed, it is answered 403, and nobody else notices',
    `    ${operator} -X POST ${url}/admin/globex/suspend`,
    `    ${operator} ${url}/admin`,
    `    ${operator} -X POST ${url}/admin/globex/activate`,
  ]
}
