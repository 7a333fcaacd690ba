// What a packet of the load balancer looks like: IP / UDP 6081 / GENEVE / IP / UDP 4789 / VXLAN / Ethernet frame. Shared by
// the programs at the ingress of the node's interface.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ENDPOINT_OPTION 1 // its eight bytes are the endpoint's id; seen in several public programs, not documented by AWS (?)
#define AWS_CLASS 0x0108 // Gateway Load Balancer's option class; likewise (?)

struct geneve { __u8 version_length, flags; __be16 protocol; __u8 vni[3], reserved; __be16 option_class; };
struct option { __be16 class; __u8 type, length; };
struct vxlan { __u8 flags, reserved[3], vni[3], reserved2; };

// Copies what lies at `at`. Most drivers leave the headers in one piece, where reading them takes no call; what lies in a
// page of its own does.
#define LOAD(to) ({ \
	void *from_ = (void *)(long)skb->data + at; \
	int missing_ = 0; \
	if (from_ + sizeof(to) <= (void *)(long)skb->data_end) \
		(to) = *(typeof(to) *)from_; \
	else \
		missing_ = bpf_skb_load_bytes(skb, at, &(to), sizeof(to)) < 0; \
	missing_; \
})

// Whether this is a fragment, of which only the first has ports.
#define FRAGMENT bpf_htons(0x3fff)

// Offset behind the UDP header when at `at` begins a whole UDP/IP packet to `port`, else 0. `from`, where it is asked for,
// gets the address that it comes from, an IPv4 address as IPv6 maps it (RFC 4291).
static __always_inline __u32 udp_to(struct __sk_buff *skb, __u32 at, __u16 protocol, __u16 port, __u32 *from)
{
	struct iphdr ip;
	struct ipv6hdr ip6;
	struct udphdr udp;

	if (protocol == bpf_htons(ETH_P_IP)) {
		if (LOAD(ip) || ip.version != 4 || ip.ihl < 5 || ip.protocol != IPPROTO_UDP || ip.frag_off & FRAGMENT)
			return 0;
		at += ip.ihl * 4;
		if (from) {
			from[2] = bpf_htonl(0xffff);
			from[3] = ip.saddr;
		}
	} else if (protocol == bpf_htons(ETH_P_IPV6)) {
		if (LOAD(ip6) || ip6.version != 6 || ip6.nexthdr != IPPROTO_UDP)
			return 0;
		at += sizeof(ip6);
		if (from)
			__builtin_memcpy(from, &ip6.saddr, sizeof(ip6.saddr));
	} else {
		return 0;
	}
	return LOAD(udp) || udp.dest != bpf_htons(port) ? 0 : at + sizeof(udp);
}

// The endpoint's id; all zeros where no option names it.
static __always_inline void read_endpoint(struct __sk_buff *skb, __u32 at, __u32 end, __u8 *endpoint)
{
	struct option option;

#pragma unroll
	for (int n = 0; n < 4; n++) {
		if (at + sizeof(option) > end || LOAD(option))
			return;
		at += sizeof(option);
		if (option.class == bpf_htons(AWS_CLASS) && option.type == ENDPOINT_OPTION && (option.length & 0x1f) == 2) {
			if (at + 8 <= end)
				bpf_skb_load_bytes(skb, at, endpoint, 8);
			return;
		}
		at += (option.length & 0x1f) * 4;
	}
}
