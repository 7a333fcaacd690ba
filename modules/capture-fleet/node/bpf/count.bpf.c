// Counts what arrives, before decapsulation and for both data paths: packets, bytes and the time of the last one by endpoint,
// VNI and the address that the mirror's outer packet comes from, which is the primary address of the mirrored interface
// (Amazon VPC, "Traffic mirroring concepts"). It changes nothing and lets everything go on. bin/arrivals reads the maps.
//
// BTF maps, below /sys/fs/bpf/tc/globals as decap.bpf.c's. Their names end in the version of their shape.
#include "headers.h"

#define SOURCES 65536

struct source { __u8 endpoint[8]; __u32 address[4]; __u32 vni; };
struct seen { __u64 packets, bytes, last; };

// Of each processor, so that none waits for another. When it is full the least recent makes room.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, SOURCES);
	__type(key, struct source);
	__type(value, struct seen);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tm_arrivals_1 SEC(".maps");

// How many sources were put into the map so far (more than are in it have made room), how many packets found no place, and
// how many were fragments, which have no VNI.
struct sums { __u64 added, uncounted, fragments; };
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sums);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tm_arrival_sums_1 SEC(".maps");

static __always_inline struct sums *sums(void)
{
	__u32 first = 0;
	return bpf_map_lookup_elem(&tm_arrival_sums_1, &first);
}

static __always_inline void is_fragment(struct __sk_buff *skb, __u32 at, __u16 protocol)
{
	struct iphdr ip;
	struct sums *to;

	if (protocol == bpf_htons(ETH_P_IP) && !LOAD(ip) && ip.protocol == IPPROTO_UDP && ip.frag_off & FRAGMENT && (to = sums()))
		to->fragments++;
}

static __always_inline struct seen *place_of(struct source *source)
{
	struct seen none = {}, *seen = bpf_map_lookup_elem(&tm_arrivals_1, source);
	struct sums *to;
	long failed;

	if (seen)
		return seen;
	failed = bpf_map_update_elem(&tm_arrivals_1, source, &none, BPF_NOEXIST);
	// Another processor may have been faster.
	seen = bpf_map_lookup_elem(&tm_arrivals_1, source);
	if ((!failed || !seen) && (to = sums())) {
		to->added += !failed;
		to->uncounted += !seen;
	}
	return seen;
}

SEC("classifier")
int count(struct __sk_buff *skb)
{
	struct geneve geneve;
	struct vxlan vxlan;
	struct source source = {};
	struct seen *seen;
	__u32 at, options, packets;

	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_UNSPEC;
	if (!(at = udp_to(skb, ETH_HLEN, skb->protocol, 6081, 0))) {
		is_fragment(skb, ETH_HLEN, skb->protocol);
		return TC_ACT_UNSPEC;
	}
	if (LOAD(geneve) || geneve.version_length >> 6 || !geneve.version_length || geneve.option_class != bpf_htons(AWS_CLASS))
		return TC_ACT_UNSPEC;
	options = at + 8;
	at = udp_to(skb, at + 8 + geneve.version_length * 4, geneve.protocol, 4789, source.address);
	if (!at) {
		is_fragment(skb, options + geneve.version_length * 4, geneve.protocol);
		return TC_ACT_UNSPEC;
	}
	if (LOAD(vxlan) || !(vxlan.flags & 0x08))
		return TC_ACT_UNSPEC;
	read_endpoint(skb, options, options + geneve.version_length * 4, source.endpoint);
	source.vni = vxlan.vni[0] << 16 | vxlan.vni[1] << 8 | vxlan.vni[2];
	seen = place_of(&source);
	if (!seen)
		return TC_ACT_UNSPEC;
	// A driver that merges packets says of how many.
	packets = skb->gso_segs ? skb->gso_segs : 1;
	seen->packets += packets;
	seen->bytes += skb->len - at - sizeof(vxlan);
	seen->last = bpf_ktime_get_coarse_ns();
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Apache-2.0";
