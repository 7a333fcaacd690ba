# Inputs of modules/capture-fleet that say what it captures and how it grows. Same defaults.

variable "capture" {
  description = <<-EOT
    What the nodes capture, and by which tool.
    - `tool`: `kind`, one of `tcpdump` (default: rotating compressed pcap, nothing to license or to fetch), `container` and `command`. `image`: the container's image, from a registry that the nodes reach (in Amazon ECR of this region, the node role may pull it). `command`: absolute path of a program on your image. `arguments`: handed to the container or command as they are. `counters`: where the tool tells how many packets it has seen, so that health can tell a tool that stands still from silence: `file` (JSON on the node), `packets` and optionally `drops` (paths into it such as stats.capture.kernel_packets), `lines` (default false; true when the file has one JSON document a line, the last of which counts), `packets_include_drops` (default false).
    - `filter`: a BPF expression of what is to be kept, such as `not port 3306`. Default empty: everything that the mirror filter lets through. docs/capture.md has the one that keeps one copy where both ends of a conversation are mirrored.
    - `datapath`: `kernel` (default: geneve and vxlan interfaces of the kernel; a packet's VNI is lost) or `bpf` (keeps it as a VLAN tag, so that clients can be told apart; needed where their CIDRs overlap).
    - `workers`: readers of the interface that share it by flow. Default null: one for each vCPU.
    - `rotation`: a file ends after `seconds` (default 60, 1 to 3600) or `megabytes` (default 256, 1 to 4096), whichever comes first: what is in an unfinished file is what a crash can lose, and the shorter, the more objects.
    - `packages`: `install` (default: by apt at each launch, over HTTPS) or `present` (the image has them; see node/install-packages.sh), which starts faster and needs no repository.
    - `spool`: `high_water_percent`, how full the disk may be before the node is unhealthy. Default 85, 50 to 95.
  EOT
  type = object({
    tool = optional(object({
      kind      = optional(string, "tcpdump")
      image     = optional(string)
      arguments = optional(list(string), [])
      command   = optional(string)
      counters = optional(object({
        file                  = string
        packets               = string
        drops                 = optional(string)
        lines                 = optional(bool, false)
        packets_include_drops = optional(bool, false)
      }))
    }), {})
    filter   = optional(string, "")
    datapath = optional(string, "kernel")
    workers  = optional(number)
    rotation = optional(object({
      seconds   = optional(number, 60)
      megabytes = optional(number, 256)
    }), {})
    packages = optional(string, "install")
    spool = optional(object({
      high_water_percent = optional(number, 85)
    }), {})
  })
  default  = {}
  nullable = false
}

variable "scaling" {
  description = <<-EOT
    How the number of nodes follows the traffic, within `min_size` and `max_size`. A node added does not take flows that others have until these pause for 120 s, so this scales early and in large steps.
    - `network_in_mbps`: traffic a node is to have, in Mbps. Default null: `network_share` of the baseline bandwidth that AWS documents for the smallest of `capture_instance_types` (a type that this module does not know needs the number).
    - `network_share`: percent of that baseline. Default 55, of 1 to 100: beyond the baseline a node lives on credits, and what comes too fast is lost.
    - `cpu_percent`: processor time a node is to have. Default 60, of 10 to 100.
    - `drop_percent`: share of packets that the tool loses, in percent, from which the group grows by half at once, and from ten times as much, doubles. Default 0.1. This comes late, after loss: it is the last of three.
    - `warmup_seconds`: time from a node's start until its figures count. Default 180, 0 to 3600.
    - `weights`: by instance type, how many units of `min_size` and `max_size` it counts, 1 to 999; give it to all types or to none. Default none: each counts one.
    - `on_demand_base`, `spot_percent`: nodes that are always on-demand, and the share of those beyond which may be spot, in percent. Defaults 0 and 0: no spot. AWS takes a spot node back at two minutes' notice, in which its flows are lost until they move.
    - `warm_pool`: nodes kept ready outside of the group: `state` (`Stopped`, default, or `Running`), `min_size` (default 0) and `max_prepared` (most nodes in group and pool; default null: max_size). Stopped ones cost their disks only, and are in service sooner by boot and installation. Not with spot. Default null: none.
    - `schedules`: sizes by the clock, by a key of your own choice: `recurrence` (cron, five fields), `time_zone` (IANA; default UTC) and any of `min_size`, `max_size`, `desired_capacity`. Default none.
    - `refresh`: how nodes are replaced after a change: `checkpoint_percentages` (default [50, 100]: waits at each for `checkpoint_delay_seconds`, default 300, 0 to 172800, in which alarms can be seen).
  EOT
  type = object({
    network_in_mbps = optional(number)
    network_share   = optional(number, 55)
    cpu_percent     = optional(number, 60)
    drop_percent    = optional(number, 0.1)
    warmup_seconds  = optional(number, 180)
    weights         = optional(map(number), {})
    on_demand_base  = optional(number, 0)
    spot_percent    = optional(number, 0)
    warm_pool = optional(object({
      state        = optional(string, "Stopped")
      min_size     = optional(number, 0)
      max_prepared = optional(number)
    }))
    schedules = optional(map(object({
      recurrence       = string
      time_zone        = optional(string, "Etc/UTC")
      min_size         = optional(number)
      max_size         = optional(number)
      desired_capacity = optional(number)
    })), {})
    refresh = optional(object({
      checkpoint_percentages   = optional(list(number), [50, 100])
      checkpoint_delay_seconds = optional(number, 300)
    }), {})
  })
  default  = {}
  nullable = false
}

variable "hooks" {
  description = <<-EOT
    How long a node may take to come and to go.
    - `launch_timeout_seconds`: from its start until a synthetic packet has come out of its data path; a node that has not said so by then is replaced. Default 600, 60 to 7200.
    - `terminate_timeout_seconds`: after which a leaving node that gives no sign of life is terminated; while it uploads, it gives one each minute. Default 300, 120 to 7200.
    - `drain_limit_seconds`: after which a leaving node gives up what it could not upload, and says so. Default 7200, 60 to 28800.
  EOT
  type = object({
    launch_timeout_seconds    = optional(number, 600)
    terminate_timeout_seconds = optional(number, 300)
    drain_limit_seconds       = optional(number, 7200)
  })
  default  = {}
  nullable = false
}

variable "capacity" {
  description = <<-EOT
    What the output `capacity_plan` is reckoned from. It changes nothing that is deployed.
    - `expected_gbps`: traffic of all sources at its peak, in Gbps as the sources send and receive it. Default 1.
    - `average_share`: the average as percent of the peak, for volumes and costs. Default 30.
    - `packet_bytes`: average size of a packet. Default 700. The smaller, the more the envelopes weigh.
    - `stored_percent`: what of the captured bytes reaches the bucket, after `capture.filter` and compression. Default 100: most traffic is encrypted and does not compress.
    - `gbps_per_vcpu`: what your tool takes on one vCPU, measured by you. Default null: the network alone decides, which holds for tcpdump and seldom for Suricata or Zeek.
    - `candidates`: instance types to compare with, beside `capture_instance_types`. Default c6in.large, c6in.xlarge, c6in.2xlarge, c7gn.large and c7gn.xlarge.
    - `instances`: facts of types that this module does not know, by type: `vcpus`, `baseline_gbps`, `usd_per_hour`. They take precedence over its own. Default none.
    - `prices`: in US dollars, those of us-east-1 where null: `gp3_gb_month`, `load_balancer_hour`, `capacity_unit_hour`, `cross_zone_gb`, `s3_gb_month`, `s3_put_thousand`, `detailed_monitoring_month`.
  EOT
  type = object({
    expected_gbps  = optional(number, 1)
    average_share  = optional(number, 30)
    packet_bytes   = optional(number, 700)
    stored_percent = optional(number, 100)
    gbps_per_vcpu  = optional(number)
    candidates     = optional(list(string), ["c6in.large", "c6in.xlarge", "c6in.2xlarge", "c7gn.large", "c7gn.xlarge"])
    instances = optional(map(object({
      vcpus         = number
      baseline_gbps = number
      usd_per_hour  = number
    })), {})
    prices = optional(object({
      gp3_gb_month              = optional(number, 0.08)
      load_balancer_hour        = optional(number, 0.0125)
      capacity_unit_hour        = optional(number, 0.004)
      cross_zone_gb             = optional(number, 0.02)
      s3_gb_month               = optional(number, 0.023)
      s3_put_thousand           = optional(number, 0.005)
      detailed_monitoring_month = optional(number, 2.1)
    }), {})
  })
  default  = {}
  nullable = false
}
