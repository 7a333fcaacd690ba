# The capacity plan: arithmetic on inputs and facts, nothing that is deployed. docs/capture.md explains it line by line.

locals {
  # Bytes that a mirrored packet brings to a node beside itself. VXLAN envelope over IPv4: 54 (VPC Traffic Mirroring,
  # "Traffic mirroring quotas and considerations"), which includes the outer Ethernet header; the load balancer adds
  # IPv4 20, UDP 8, GENEVE 8 and its options 32 (RFC 8926; Elastic Load Balancing, "Gateway Load Balancers").
  envelope_bytes = 54 + 68

  capacity_wire_gbps = module.inputs.capacity.expected_gbps * (module.inputs.capacity.packet_bytes + local.envelope_bytes) / module.inputs.capacity.packet_bytes

  # Gbps of captured packets that the built-in tool and the agent take on one vCPU at the processor time at which the
  # fleet grows: 8 bits over the seconds that a GB costs. docs/capture.md, "What a vCPU carries", has the parts of the
  # sum; `make bench` measures them.
  tool_seconds_per_gb = { zstd = 4.2, gzip = 23.9, none = 1.9 }
  tool_gbps_per_vcpu = module.inputs.capture.tool.kind != "tcpdump" || (
    module.inputs.capture.compression.method != "none" && module.inputs.capture.compression.level != 1
  ) ? null : 8 / local.tool_seconds_per_gb[module.inputs.capture.compression.method] * module.inputs.scaling.cpu_percent / 100
  gbps_per_vcpu = module.inputs.capacity.gbps_per_vcpu == null ? local.tool_gbps_per_vcpu : module.inputs.capacity.gbps_per_vcpu

  # Bytes that a captured one costs the disk: it is written, once more where it is compressed, and once more where files
  # are taken apart by client. A sensor writes what it keeps.
  disk_writes = module.inputs.capture.tool.kind != "tcpdump" ? max(0.01, module.inputs.capacity.stored_percent / 100) : (
    (module.inputs.capture.compression.method == "none" ? 1 : 2) + (module.inputs.capture.datapath == "bpf" ? 1 : 0)
  )

  # What one node of a type takes, in Gbps, by what limits it: the share of its bandwidth at which the fleet grows, its
  # processors, and the spool's disk.
  capacity_limits = {
    for type in distinct(concat(var.instance_types, module.inputs.capacity.candidates)) : type => merge(
      {
        network = contains(var.instance_types, type) ? local.network_in_mbps / 1000 : (
          module.inputs.instance_facts[type].baseline_gbps * module.inputs.scaling.network_share / 100
        )
      },
      # What an instance store takes nobody here has measured.
      module.inputs.capture.spool.storage == "instance_store" ? {} : {
        disk = module.inputs.capture.spool.throughput * 1.048576 * 8 / 1000 / local.disk_writes
      },
      local.gbps_per_vcpu == null ? {} : { processor = local.gbps_per_vcpu * module.inputs.instance_facts[type].vcpus },
    ) if contains(keys(module.inputs.instance_facts), type)
  }
  capacity_node_gbps = { for type, limits in local.capacity_limits : type => min(values(limits)...) }

  capacity_hours         = 730
  capacity_zones         = length(var.subnets)
  capacity_least         = var.group_per_zone ? local.capacity_zones : max(local.capacity_zones, 2)
  capacity_gb_per_day    = module.inputs.capacity.expected_gbps * module.inputs.capacity.average_share / 100 / 8 * 86400
  capacity_stored_gb_day = local.capacity_gb_per_day * module.inputs.capacity.stored_percent / 100
  capacity_wire_gb_month = local.capacity_wire_gbps * module.inputs.capacity.average_share / 100 / 8 * 3600 * local.capacity_hours

  volume_usd_per_month = (
    (var.root_volume_size + (module.inputs.capture.spool.storage == "volume" ? module.inputs.capture.spool.size : 0)) *
    module.inputs.capacity.prices.gp3_gb_month +
    (module.inputs.capture.spool.storage == "instance_store" ? 0 : 1) * (
      (module.inputs.capture.spool.throughput - 125) * module.inputs.capacity.prices.gp3_mibps_month +
      (module.inputs.capture.spool.iops - 3000) * module.inputs.capacity.prices.gp3_iops_month
    )
  )

  # The peak must fit even while one node is gone: hence one more.
  capacity_choices = {
    for type, gbps in local.capacity_node_gbps : type => {
      nodes = max(local.capacity_least, ceil(local.capacity_wire_gbps / gbps) + 1)
      monthly_usd = max(local.capacity_least, ceil(local.capacity_wire_gbps / gbps) + 1) * (
        module.inputs.instance_facts[type].usd_per_hour * local.capacity_hours +
        local.volume_usd_per_month +
        module.inputs.capacity.prices.detailed_monitoring_month
      )
    }
  }

  capacity_cheapest = [
    for type in sort(keys(local.capacity_choices)) : type
    if local.capacity_choices[type].monthly_usd == min([for choice in values(local.capacity_choices) : choice.monthly_usd]...)
  ][0]

  capacity_configured = try(local.capacity_choices[local.smallest_type], null)
  capacity_max_nodes = var.max_size * length(local.groups) / (
    length(module.inputs.scaling.weights) == 0 ? 1 : module.inputs.scaling.weights[local.smallest_type]
  )

  # A capacity unit is 1 GB an hour, or 600 new flows a second, or 60,000 active ones; mirrored traffic, one UDP flow a
  # source or few, is counted by its bytes (Elastic Load Balancing pricing).
  capacity_monthly = {
    nodes = local.capacity_choices[local.capacity_cheapest].monthly_usd
    load_balancer = (
      local.capacity_hours * module.inputs.capacity.prices.load_balancer_hour +
      local.capacity_wire_gb_month * module.inputs.capacity.prices.capacity_unit_hour
    )
    # With cross-zone on, a packet meets a node of another zone with the share of the other zones.
    cross_zone = !var.cross_zone_load_balancing ? 0 : (
      local.capacity_wire_gb_month * (local.capacity_zones - 1) / local.capacity_zones * module.inputs.capacity.prices.cross_zone_gb
    )
    storage = local.capacity_stored_gb_day * var.bucket_retention_days * module.inputs.capacity.prices.s3_gb_month
    # Every file is one PUT: whichever of time and size ends it first, per reader.
    requests = 730 * 3600 * max(
      local.capacity_choices[local.capacity_cheapest].nodes *
      module.inputs.instance_facts[local.capacity_cheapest].vcpus / module.inputs.capture.rotation.seconds,
      local.capacity_gb_per_day / 86400 * 1000 / module.inputs.capture.rotation.megabytes,
    ) / 1000 * module.inputs.capacity.prices.s3_put_thousand
  }

  capacity_plan = {
    expected_gbps = module.inputs.capacity.expected_gbps
    # What arrives at the nodes, in its envelopes.
    wire_gbps = local.round.wire_gbps
    choices = {
      for type, choice in local.capacity_choices : type => {
        nodes     = choice.nodes
        node_gbps = floor(local.capacity_node_gbps[type] * 1000 + 0.5) / 1000
        # Which of network, processor and disk ends first.
        limit       = [for limit, gbps in local.capacity_limits[type] : limit if gbps == local.capacity_node_gbps[type]][0]
        monthly_usd = floor(choice.monthly_usd * 100 + 0.5) / 100
      }
    }
    cheapest = { instance_type = local.capacity_cheapest, nodes = local.capacity_choices[local.capacity_cheapest].nodes }
    configured = {
      instance_type = local.smallest_type
      # Null where nothing is known of the type.
      nodes_needed  = try(local.capacity_configured.nodes, null)
      nodes_at_most = local.capacity_max_nodes
      sufficient    = try(local.capacity_configured.nodes <= local.capacity_max_nodes, null)
    }
    bucket = {
      gb_per_day  = local.round.stored_gb_per_day
      gb_retained = local.round.gb_retained
      days        = var.bucket_retention_days
    }
    monthly_usd = merge(
      { for item, usd in local.capacity_monthly : item => floor(usd * 100 + 0.5) / 100 },
      { total = floor(sum(values(local.capacity_monthly)) * 100 + 0.5) / 100 },
    )
  }

  round = {
    wire_gbps         = floor(local.capacity_wire_gbps * 1000 + 0.5) / 1000
    stored_gb_per_day = floor(local.capacity_stored_gb_day * 10 + 0.5) / 10
    gb_retained       = floor(local.capacity_stored_gb_day * var.bucket_retention_days * 10 + 0.5) / 10
  }
}
