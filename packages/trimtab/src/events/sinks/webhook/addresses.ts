import { BlockList, isIP } from 'node:net'

/** Where nothing of ours is: a webhook that leads there is somebody's way to the machine's own credentials. */
const refused: readonly (readonly [network: string, prefix: number])[] = [
  // This host, link-local (where clouds keep their metadata), multicast, broadcast.
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
  // Metadata of clouds elsewhere: Alibaba, Oracle, Azure.
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
  ['168.63.129.16', 32],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  // The same by other ways: the metadata of EC2 and of Google, and link-local through NAT64 and 6to4.
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
  ['64:ff9b::a9fe:0', 112],
  ['2002:a9fe::', 32],
]

const loopback: readonly (readonly [network: string, prefix: number])[] = [
  ['127.0.0.0', 8],
  ['::1', 128],
]

/** What an address is to a webhook. */
export type AddressKind = 'allowed' | 'loopback' | 'refused'

/** Tells addresses apart; what is no address is refused. */
export function createAddressCheck(): (address: string) => AddressKind {
  const refusedList = listOf(refused)
  const loopbackList = listOf(loopback)
  return (address) => {
    const plain = mappedToIpv4(address)
    const version = isIP(plain)
    if (version === 0) return 'refused'
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (refusedList.check(plain, family)) return 'refused'
    return loopbackList.check(plain, family) ? 'loopback' : 'allowed'
  }
}

/** True for a name or an address that says itself that it is this machine. */
export function isLiteralLoopback(host: string, check: (address: string) => AddressKind): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  return name === 'localhost' || name.endsWith('.localhost') || (isIP(host) !== 0 && check(host) === 'loopback')
}

function listOf(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, isIP(network) === 4 ? 'ipv4' : 'ipv6')
  return list
}

/** `::ffff:169.254.169.254` and `::ffff:a9fe:a9fe` are IPv4 addresses, and so are the outdated `::a9fe:a9fe`. */
function mappedToIpv4(address: string): string {
  const text = address.split('%', 1)[0] ?? ''
  if (isIP(text) !== 6) return text
  // The URL parser writes every form of an address in the one canonical form.
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1)
  const tail = /^::(?:ffff:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical)
  if (tail === null) return canonical
  const [high, low] = [Number.parseInt(tail[1] ?? '', 16), Number.parseInt(tail[2] ?? '', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
