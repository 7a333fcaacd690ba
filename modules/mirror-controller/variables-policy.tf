# What people change: it is in the policy document, which the functions read again without a deploy.

variable "sources" {
  description = <<-EOT
    Which interfaces are mirrored. Default null: every interface of the VPCs given that AWS accepts. Otherwise the first entry that matches decides, `tags` before `subnets` before `vpcs`, in the order of each list; with no entry at all nothing is mirrored.
    - `tags`: tags of the instance, exact and case-sensitive; a null value means that the key is present. `match` says whether `all` of them must match (default) or `any`.
    - `subnets`: `subnet_id`. `vpcs`: `vpc_id`, one of `var.vpcs`.
    Each entry takes besides:
    - `name`: the value of the tag `traffic-mirror:rule` of its sessions, 1 to 64 characters. Default `tags[0]`, `subnets[1]` …, by position: give names, or sessions are tagged again when an entry is put in front.
    - `filter_id`, `virtual_network_id` (1 to 16777215): instead of the VPC's. `target_id`: instead of the target in the instance's zone.
    - `packet_length`: bytes of each packet that are mirrored, 55 to 8500. Default null: whole packets. Under 55 bytes the headers of IPv6 packets would be cut.
    - `session_number`: the number that is tried first, 1 to 32766; the lowest session of an interface wins a packet. Default null: 1. A number in use is stepped around.
    - `interfaces`: `all` interfaces of an instance (default) or the `primary` one.
    - `on`: `always` (default), or `guardduty`: only while a GuardDuty finding about the instance asks for it (see `guardduty_severity`, `demands`); entries with `always` go first.
  EOT
  type = object({
    tags = optional(list(object({
      tags               = map(string)
      match              = optional(string, "all")
      name               = optional(string)
      filter_id          = optional(string)
      target_id          = optional(string)
      packet_length      = optional(number)
      virtual_network_id = optional(number)
      session_number     = optional(number)
      interfaces         = optional(string, "all")
      on                 = optional(string, "always")
    })), [])
    subnets = optional(list(object({
      subnet_id          = string
      name               = optional(string)
      filter_id          = optional(string)
      target_id          = optional(string)
      packet_length      = optional(number)
      virtual_network_id = optional(number)
      session_number     = optional(number)
      interfaces         = optional(string, "all")
      on                 = optional(string, "always")
    })), [])
    vpcs = optional(list(object({
      vpc_id             = string
      name               = optional(string)
      filter_id          = optional(string)
      target_id          = optional(string)
      packet_length      = optional(number)
      virtual_network_id = optional(number)
      session_number     = optional(number)
      interfaces         = optional(string, "all")
      on                 = optional(string, "always")
    })), [])
  })
  default = null

  validation {
    condition     = alltrue([for entry in flatten(var.sources[*].tags) : length(entry.tags) > 0])
    error_message = "sources.tags[*].tags must have at least one tag: an empty map would match every instance."
  }

  validation {
    condition     = alltrue([for entry in flatten(var.sources[*].tags) : contains(["all", "any"], entry.match)])
    error_message = "sources.tags[*].match must be all or any."
  }

  validation {
    condition     = alltrue([for entry in flatten(var.sources[*].subnets) : can(regex("^subnet-[0-9a-f]{8,}$", entry.subnet_id))])
    error_message = "sources.subnets[*].subnet_id must be the id of a subnet, such as subnet-0123456789abcdef0."
  }

  validation {
    condition     = alltrue([for entry in flatten(var.sources[*].vpcs) : contains([for vpc in values(var.vpcs) : vpc.vpc_id], entry.vpc_id)])
    error_message = "sources.vpcs[*].vpc_id must be one of the VPCs in vpcs: nothing outside them is mirrored."
  }

  validation {
    condition = alltrue([
      for name in flatten([var.sources[*].tags[*].name, var.sources[*].subnets[*].name, var.sources[*].vpcs[*].name]) :
      name == null ? true : can(regex("^[A-Za-z0-9_.:/=+@\\[\\]-]([A-Za-z0-9 _.:/=+@\\[\\]-]{0,62}[A-Za-z0-9_.:/=+@\\[\\]-])?$", name))
    ])
    error_message = "sources.*[*].name must be 1 to 64 letters, digits, blanks and _ . : / = + - @ [ ], without a blank at either end: it is the value of a tag."
  }

  validation {
    condition = length(distinct(concat(
      [for index, entry in flatten(var.sources[*].tags) : coalesce(entry.name, "tags[${index}]")],
      [for index, entry in flatten(var.sources[*].subnets) : coalesce(entry.name, "subnets[${index}]")],
      [for index, entry in flatten(var.sources[*].vpcs) : coalesce(entry.name, "vpcs[${index}]")],
      ))) == (
      length(flatten(var.sources[*].tags)) + length(flatten(var.sources[*].subnets)) + length(flatten(var.sources[*].vpcs))
    )
    error_message = "sources.*[*].name must differ from entry to entry: the rule tag of a session names one entry."
  }

  validation {
    condition = alltrue([
      for id in flatten([var.sources[*].tags[*].filter_id, var.sources[*].subnets[*].filter_id, var.sources[*].vpcs[*].filter_id]) :
      id == null ? true : can(regex("^tmf-[0-9a-f]{8,}$", id))
    ])
    error_message = "sources.*[*].filter_id must be null or the id of a traffic mirror filter, such as tmf-0123456789abcdef0."
  }

  validation {
    condition = alltrue([
      for id in flatten([var.sources[*].tags[*].target_id, var.sources[*].subnets[*].target_id, var.sources[*].vpcs[*].target_id]) :
      id == null ? true : can(regex("^tmt-[0-9a-f]{8,}$", id))
    ])
    error_message = "sources.*[*].target_id must be null or the id of a traffic mirror target, such as tmt-0123456789abcdef0."
  }

  validation {
    condition = alltrue([
      for bytes in flatten([var.sources[*].tags[*].packet_length, var.sources[*].subnets[*].packet_length, var.sources[*].vpcs[*].packet_length]) :
      bytes == null ? true : bytes >= 55 && bytes <= 8500 && floor(bytes) == bytes
    ])
    error_message = "sources.*[*].packet_length must be null (whole packets) or a whole number of bytes from 55 to 8500: less cuts the headers of IPv6 packets, and 8500 is the MTU of the endpoint."
  }

  validation {
    condition = alltrue([
      for vni in flatten([var.sources[*].tags[*].virtual_network_id, var.sources[*].subnets[*].virtual_network_id, var.sources[*].vpcs[*].virtual_network_id]) :
      vni == null ? true : vni >= 1 && vni <= 16777215 && floor(vni) == vni
    ])
    error_message = "sources.*[*].virtual_network_id must be null or a whole number from 1 to 16777215."
  }

  validation {
    condition = alltrue([
      for number in flatten([var.sources[*].tags[*].session_number, var.sources[*].subnets[*].session_number, var.sources[*].vpcs[*].session_number]) :
      number == null ? true : number >= 1 && number <= 32766 && floor(number) == number
    ])
    error_message = "sources.*[*].session_number must be null or a whole number from 1 to 32766."
  }

  validation {
    condition = alltrue([
      for interfaces in flatten([var.sources[*].tags[*].interfaces, var.sources[*].subnets[*].interfaces, var.sources[*].vpcs[*].interfaces]) :
      contains(["all", "primary"], interfaces)
    ])
    error_message = "sources.*[*].interfaces must be all or primary."
  }

  validation {
    condition = alltrue([
      for on in flatten([var.sources[*].tags[*].on, var.sources[*].subnets[*].on, var.sources[*].vpcs[*].on]) :
      contains(["always", "guardduty"], on)
    ])
    error_message = "sources.*[*].on must be always or guardduty."
  }
}

variable "exclude" {
  description = <<-EOT
    What is never mirrored, whatever `sources` says; a session of this controller on it is removed. Default nothing.
    - `tags`: as in `sources.tags`, `tags` and `match`.
    - `subnet_ids`, `instance_ids`, `network_interface_ids`: ids.
    - `autoscaling_group_names`: groups whose instances are left alone, those of the capture fleet and of whatever else receives the copy above all: mirrored into itself, traffic would go round for ever.
  EOT
  type = object({
    tags = optional(list(object({
      tags  = map(string)
      match = optional(string, "all")
    })), [])
    subnet_ids              = optional(list(string), [])
    instance_ids            = optional(list(string), [])
    network_interface_ids   = optional(list(string), [])
    autoscaling_group_names = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for entry in var.exclude.tags : length(entry.tags) > 0])
    error_message = "exclude.tags[*].tags must have at least one tag: an empty map would exclude every instance."
  }

  validation {
    condition     = alltrue([for entry in var.exclude.tags : contains(["all", "any"], entry.match)])
    error_message = "exclude.tags[*].match must be all or any."
  }

  validation {
    condition     = alltrue([for id in var.exclude.subnet_ids : can(regex("^subnet-[0-9a-f]{8,}$", id))])
    error_message = "exclude.subnet_ids must be ids of subnets, such as subnet-0123456789abcdef0."
  }

  validation {
    condition     = alltrue([for id in var.exclude.instance_ids : can(regex("^i-[0-9a-f]{8,}$", id))])
    error_message = "exclude.instance_ids must be ids of instances, such as i-0123456789abcdef0."
  }

  validation {
    condition     = alltrue([for id in var.exclude.network_interface_ids : can(regex("^eni-[0-9a-f]{8,}$", id))])
    error_message = "exclude.network_interface_ids must be ids of network interfaces, such as eni-0123456789abcdef0."
  }

  validation {
    condition     = alltrue([for name in var.exclude.autoscaling_group_names : length(name) >= 1 && length(name) <= 255])
    error_message = "exclude.autoscaling_group_names must be names of 1 to 255 characters."
  }
}

variable "stopped_instances" {
  description = "What becomes of the sessions of a stopped instance: `remove` or `keep`. Default remove: a session is billed while its instance is stopped, and is made again about a second after the start."
  type        = string
  default     = "remove"
  nullable    = false

  validation {
    condition     = contains(["remove", "keep"], var.stopped_instances)
    error_message = "stopped_instances must be remove or keep."
  }
}

variable "allow_cross_zone" {
  description = "Whether an instance in a zone without a target is mirrored to a target in another zone of its VPC. Default true: completeness first. It costs the transfer between zones (0.01 $ per GB on each side in most regions), and that zone's capture then depends on two zones."
  type        = bool
  default     = true
  nullable    = false
}

variable "requester_managed" {
  description = "Whether interfaces that `rds` or `elasticache` made in the VPCs are mirrored, where a source selects their subnet or VPC (they have no instance, hence no instance tags). Default false for both: their traffic repeats what the clients' interfaces show."
  type = object({
    rds         = optional(bool, false)
    elasticache = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "fargate" {
  description = "Whether interfaces of Fargate tasks are tried. Unproven: AWS documents that requester-managed interfaces cannot be sources except those of RDS and ElastiCache, though sessions on Fargate's have been seen. Default false; AWS has the last word, and a refusal is reported with its reason."
  type        = bool
  default     = false
  nullable    = false
}

variable "instance_types" {
  description = "Instance types that AWS has begun or ceased to accept as sources since this release, by type with * and ? as wildcards: `{ \"m8g.*\" = true }`. true: tried; false: never. Default none: the dated list of the release."
  type        = map(bool)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for type in keys(var.instance_types) : can(regex("^[a-z0-9*?-]+(\\.[a-z0-9*?-]+)?$", type))])
    error_message = "instance_types must have instance types as keys, in lower case, with * and ? as wildcards, such as m8g.* or c7gn.large."
  }

  validation {
    condition     = alltrue([for supported in values(var.instance_types) : supported != null])
    error_message = "instance_types must have true or false as values."
  }
}

variable "policy_parts" {
  description = "How many parameters the policy document is spread over when it does not fit into one (4,096 bytes), 1 to 64. Default null: reckoned from the number of VPCs, targets, entries and excludes at their largest size. Needed only where the length of a list is unknown at plan, or where long names or non-Latin tags make the reckoning too small; the plan or apply says so then."
  type        = number
  default     = null

  validation {
    condition     = var.policy_parts == null ? true : var.policy_parts >= 1 && var.policy_parts <= 64 && floor(var.policy_parts) == var.policy_parts
    error_message = "policy_parts must be null or a whole number from 1 to 64."
  }
}
