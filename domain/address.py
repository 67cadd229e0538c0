"""Network addresses as limits count them."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Who stands behind an address: itself, or its whole /64, since a household is given one.

    Something that is no address (a unix socket's peer) is "local".
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "local"
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return f"{int(parsed) >> 64:x}" if mapped is None else str(mapped)
    return str(parsed)
