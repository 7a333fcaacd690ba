variable "capacity" {
  description = <<-EOT
    What the output `capacity_plan` is estimated from. It changes nothing that is deployed.

    - `expected_gbps`: traffic of all sources at its peak, in Gbps as the sources send and receive it. Default 1.
    - `average_share`: the average as percent of the peak, for volumes and costs. Default 30.
    - `packet_bytes`: average size of a packet, 64 to 8446. Default 700. The smaller, the more the added headers weigh.
    - `stored_percent`: how much of the captured bytes reaches the bucket, after `capture.filter` and compression.
      Default 100: most traffic is encrypted and does not compress.
    - `gbps_per_vcpu`: what your tool takes on one vCPU, measured by you. Default null: for the built-in tool with level 1
      of its compression what `make bench` measures; for any other tool or level it is not known, and network and disk
      alone decide.
    - `candidates`: instance types to compare with, beside `instance_types`. Default c6in.large, c6in.xlarge,
      c6in.2xlarge, c7gn.large and c7gn.xlarge.
    - `instances`: facts of types that this module does not know, by type: `vcpus`, `baseline_gbps`, `usd_per_hour`.
      They take precedence over its own. Default none.
    - `prices`: in US dollars, by default those of us-east-1: `gp3_gb_month`, `load_balancer_hour`,
      `capacity_unit_hour`, `cross_zone_gb`, `s3_gb_month`, `s3_put_thousand`, `detailed_monitoring_month`;
      `gp3_mibps_month` and `gp3_iops_month` for what a volume has above 125 MiB/s and 3000.
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
      gp3_mibps_month           = optional(number, 0.04)
      gp3_iops_month            = optional(number, 0.005)
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

  validation {
    condition     = var.capacity.expected_gbps > 0 && var.capacity.average_share > 0 && var.capacity.average_share <= 100
    error_message = "In capacity, expected_gbps must be more than 0 and average_share more than 0 and at most 100."
  }

  validation {
    condition     = var.capacity.packet_bytes >= 64 && var.capacity.packet_bytes <= 8446
    error_message = <<-EOT
      The attribute packet_bytes of capacity must be from 64 to 8446, the largest packet that a Gateway
      Load Balancer endpoint passes untruncated.
    EOT
  }

  validation {
    condition     = var.capacity.stored_percent >= 0 && var.capacity.stored_percent <= 100
    error_message = "The attribute stored_percent of capacity must be from 0 to 100."
  }

  validation {
    condition     = var.capacity.gbps_per_vcpu == null ? true : var.capacity.gbps_per_vcpu > 0
    error_message = "The attribute gbps_per_vcpu of capacity must be null or more than 0."
  }

  validation {
    condition     = alltrue([for type in var.capacity.candidates : contains(concat(keys(local.published_facts), keys(var.capacity.instances)), type)])
    error_message = <<-EOT
      Every entry of candidates in capacity must be an instance type that this module knows
      (inputs/capacity-facts.tf) or that instances gives the facts of.
    EOT
  }

  validation {
    condition     = alltrue([for facts in values(var.capacity.instances) : facts.vcpus >= 1 && facts.baseline_gbps > 0 && facts.usd_per_hour >= 0])
    error_message = "In instances of capacity, vcpus must be at least 1, baseline_gbps more than 0 and usd_per_hour at least 0."
  }

  validation {
    condition     = alltrue([for price in values(var.capacity.prices) : price >= 0])
    error_message = "No price in capacity may be negative."
  }
}
