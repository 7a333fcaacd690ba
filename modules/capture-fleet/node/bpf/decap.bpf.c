// Takes IP / UDP 6081 / GENEVE / IP / UDP 4789 / VXLAN off a packet at the ingress of the node's interface and sends
// the Ethernet frame inside to mirror0, with the low 12 bits of its VNI as VLAN tag. What it does not understand it
// leaves alone: that goes on to the firewall, which counts and drops it. No maps and no BTF, so that any tc loads it:
// the way out is a fixed interface index that bin/network gives to mirror0's peer.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define DECAP_IFINDEX 6081
#define AWS_CLASS 0x0108 // Gateway Load Balancer's option class (Elastic Load Balancing, "Gateway Load Balancers")

struct geneve { __u8 version_length, flags; __be16 protocol; __u8 vni[3], reserved; __be16 option_class; };
struct vxlan { __u8 flags, reserved[3], vni[3], reserved2; };

#define LOAD(to) (bpf_skb_load_bytes(skb, at, &(to), sizeof(to)) < 0)

// Offset behind the UDP header when at `at` begins a whole UDP/IP packet to `port`, else 0.
static __always_inline __u32 udp_to(struct __sk_buff *skb, __u32 at, __u16 protocol, __u16 port)
{
	struct iphdr ip;
	struct ipv6hdr ip6;
	struct udphdr udp;

	if (protocol == bpf_htons(ETH_P_IP)) {
		if (LOAD(ip) || ip.version != 4 || ip.ihl < 5 || ip.protocol != IPPROTO_UDP || ip.frag_off & bpf_htons(0x3fff))
			return 0;
		at += ip.ihl * 4;
	} else if (protocol == bpf_htons(ETH_P_IPV6)) {
		if (LOAD(ip6) || ip6.version != 6 || ip6.nexthdr != IPPROTO_UDP)
			return 0;
		at += sizeof(ip6);
	} else {
		return 0;
	}
	return LOAD(udp) || udp.dest != bpf_htons(port) ? 0 : at + sizeof(udp);
}

SEC("classifier")
int decap(struct __sk_buff *skb)
{
	struct geneve geneve;
	struct vxlan vxlan;
	struct ethhdr frame;
	__u32 at;

	if (skb->protocol != bpf_htons(ETH_P_IP) || !(at = udp_to(skb, ETH_HLEN, skb->protocol, 6081)))
		return TC_ACT_OK;
	if (LOAD(geneve) || geneve.version_length >> 6 || !geneve.version_length || geneve.option_class != bpf_htons(AWS_CLASS))
		return TC_ACT_OK;
	at = udp_to(skb, at + 8 + geneve.version_length * 4, geneve.protocol, 4789);
	if (!at || LOAD(vxlan) || !(vxlan.flags & 0x08))
		return TC_ACT_OK;
	at += sizeof(vxlan);
	// Fails, and changes nothing, when the frame carries less than 20 bytes behind its Ethernet header.
	if (LOAD(frame) || bpf_skb_adjust_room(skb, -(__s32)at, BPF_ADJ_ROOM_MAC, 0))
		return TC_ACT_OK;
	if (bpf_skb_store_bytes(skb, 0, &frame, sizeof(frame), 0) ||
	    bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), (vxlan.vni[1] << 8 | vxlan.vni[2]) & 0xfff))
		return TC_ACT_SHOT;
	return bpf_redirect(DECAP_IFINDEX, 0);
}

char _license[] SEC("license") = "Apache-2.0";
