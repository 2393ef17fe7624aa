const address = /^(?:tcp|udp|sctp):\/\//
const portName = /(?:^|_)PORT(?:_\d+_(?:TCP|UDP|SCTP))?$/
const serviceName =
  /(?:^|_)(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/

/**
 * Kubernetes puts the address of every service in the namespace into the environment: for a service called `app` there
 * is an `APP_PORT=tcp://10.0.0.1:80` that nobody wrote.
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
export function isServiceAddress(variable: string, text: string): boolean {
  return portName.test(variable) && address.test(text)
}

/** True for the names that Kubernetes gives to the other variables of a service. */
export function isServiceName(variable: string): boolean {
  return serviceName.test(variable)
}

export const serviceHint = 'Kubernetes sets it for a service; `enableServiceLinks: false` keeps such variables away.'
