import { BlockList, isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Tells whether a textual IP address belongs to the public internet; anything that is no address does not. */
export type PublicAddressCheck = (address: string) => boolean

/**
 * Ranges that the library's registry calls unicast and that are not for us to reach.
 * - `168.63.129.16`: Azure's platform endpoint (metadata, DNS, health), reachable from every virtual machine there;
 * - `3fff::/20`: documentation, RFC 9637.
 */
const neverPublic = ['168.63.129.16', '3fff::/20']

/** The only block from which global unicast IPv6 is given out (IANA). What embeds an IPv4 address, `::7f00:1`, lies outside. */
const globalUnicast6 = new BlockList()
globalUnicast6.addSubnet('2000::', 3, 'ipv6')

/**
 * @param denyRanges the operator's own ranges, single addresses or CIDR (`203.0.113.0/24`, `2001:db8::/32`).
 * @throws Error that names the entry which is neither.
 */
export function createPublicAddressCheck(denyRanges: readonly string[]): PublicAddressCheck {
  const denied = new BlockList()
  for (const range of [...neverPublic, ...denyRanges]) addRange(denied, range)
  return (address) => {
    // A zone id (`%eth0`) names an interface of this machine; the short and octal forms of inet_aton are no addresses here.
    if (isIP(address) === 0 || address.includes('%')) return false
    // Unwraps ::ffff:a.b.c.d, which the system connects to over IPv4.
    const ip = ipaddr.process(address)
    if (ip.range() !== 'unicast') return false
    if (ip.kind() === 'ipv6' && !globalUnicast6.check(ip.toString(), 'ipv6')) return false
    return !denied.check(ip.toString(), ip.kind())
  }
}

function addRange(list: BlockList, range: string): void {
  const [address = '', bits, ...rest] = range.split('/')
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
  try {
    if (isIP(address) === 0 || rest.length > 0) throw new Error('no address')
    if (bits === undefined) list.addAddress(address, family)
    else if (/^\d{1,3}$/.test(bits)) list.addSubnet(address, Number(bits), family)
    else throw new Error('no prefix length')
  } catch (cause) {
    throw new Error(`outbound.deny_ranges: "${range}" is neither an IP address nor a range like 203.0.113.0/24`, { cause })
  }
}
