// Takes IP / UDP 6081 / GENEVE / IP / UDP 4789 / VXLAN off a packet at the ingress of the node's interface and sends
// the Ethernet frame inside to mirror0, with a VLAN tag that says whose it is: by the endpoint that the packet came
// through, which GENEVE's option names and no client can choose, and its VNI, which every client can. Tags are given by
// the agent, in a map. What the program does not understand it leaves alone: that goes on to the firewall, which counts
// and drops it. The way out is a fixed interface index that bin/network gives to mirror0's peer.
//
// Maps are BTF maps, the only ones that iproute2 with libbpf 1 loads, and lie below /sys/fs/bpf/tc/globals. A map of
// another shape under that name fails the load: change the name with the shape. WITHOUT_MAPS is the object for a tc that
// cannot load them at all: every frame is nobody's then, and none is lost.
#include "headers.h"

#define DECAP_IFINDEX 6081
#define NOBODY 0 // the tag of what no entry fits
#define ANY_VNI 0xffffffff

struct source { __u8 endpoint[8]; __u32 vni; };

#ifndef WITHOUT_MAPS
#define MAP(map, kind, entries, content) \
	struct { \
		__uint(type, kind); \
		__uint(max_entries, entries); \
		__type(key, struct source); \
		__type(value, content); \
		__uint(pinning, LIBBPF_PIN_BY_NAME); \
	} map SEC(".maps")

// Whose a VNI of an endpoint is; ANY_VNI: every other one. bin/tags writes it.
MAP(tm_tags_1, BPF_MAP_TYPE_HASH, 65536, __u32);
// Packets of what has no entry of its own; bin/tags reads it. The least recent make room.
MAP(tm_strays_1, BPF_MAP_TYPE_LRU_HASH, 8192, __u64);

static __always_inline __u32 tag_of(struct source *source)
{
	__u64 one = 1, *strays;
	__u32 *tag = bpf_map_lookup_elem(&tm_tags_1, source);

	if (tag)
		return *tag;
	strays = bpf_map_lookup_elem(&tm_strays_1, source);
	if (!strays && bpf_map_update_elem(&tm_strays_1, source, &one, BPF_NOEXIST))
		strays = bpf_map_lookup_elem(&tm_strays_1, source); // another processor was faster
	if (strays)
		__sync_fetch_and_add(strays, 1);
	source->vni = ANY_VNI;
	tag = bpf_map_lookup_elem(&tm_tags_1, source);
	return tag ? *tag : NOBODY;
}
#else
#define tag_of(source) NOBODY
#endif

SEC("classifier")
int decap(struct __sk_buff *skb)
{
	struct geneve geneve;
	struct vxlan vxlan;
	struct ethhdr frame;
	struct source source = {};
	__u32 at, options;

	if (skb->protocol != bpf_htons(ETH_P_IP) || !(at = udp_to(skb, ETH_HLEN, skb->protocol, 6081, 0)))
		return TC_ACT_OK;
	if (LOAD(geneve) || geneve.version_length >> 6 || !geneve.version_length || geneve.option_class != bpf_htons(AWS_CLASS))
		return TC_ACT_OK;
	options = at + 8;
	at = udp_to(skb, at + 8 + geneve.version_length * 4, geneve.protocol, 4789, 0);
	if (!at || LOAD(vxlan) || !(vxlan.flags & 0x08))
		return TC_ACT_OK;
	at += sizeof(vxlan);
	read_endpoint(skb, options, options + geneve.version_length * 4, source.endpoint);
	source.vni = vxlan.vni[0] << 16 | vxlan.vni[1] << 8 | vxlan.vni[2];
	// Fails, and changes nothing, when the frame carries less than 20 bytes behind its Ethernet header.
	if (LOAD(frame) || bpf_skb_adjust_room(skb, -(__s32)at, BPF_ADJ_ROOM_MAC, 0))
		return TC_ACT_OK;
	if (bpf_skb_store_bytes(skb, 0, &frame, sizeof(frame), 0) ||
	    bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), tag_of(&source)))
		return TC_ACT_SHOT;
	return bpf_redirect(DECAP_IFINDEX, 0);
}

char _license[] SEC("license") = "Apache-2.0";
