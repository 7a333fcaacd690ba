# What people change: it is in the policy document, which the functions read again without a deploy.

variable "sources" {
  description = <<-EOT
    Which interfaces are mirrored, and how: the rules of the policy. The first rule that matches decides, `tags` before
    `subnets` before `vpcs`, in the order of each list.

    - `tags`: rules by tags of the instance, exact and case-sensitive.
      - `tags`: at least one; a null value means that the key is present.
      - `match`: whether `all` of them must match (default) or `any`.
    - `subnets`: rules by subnet.
      - `subnet_id`: the subnet.
    - `vpcs`: rules by VPC.
      - `vpc_id`: one of `vpcs`.

    Every rule takes besides:

    - `name`: the value of the tag `traffic-mirror:rule` of its sessions, 1 to 64 characters. Default `tags[0]`,
      `subnets[1]` …, by position: give names, or sessions are tagged again when a rule is put in front.
    - `filter_id`: a mirror filter instead of the VPC's. Default null.
    - `target_id`: a mirror target instead of the one in the instance's zone. Default null.
    - `packet_length`: bytes of each packet that are mirrored, 55 to 8500. Under 55 bytes the headers of IPv6 packets
      would be cut. Default null: whole packets.
    - `virtual_network_id`: VXLAN network identifier instead of the VPC's, 1 to 16777215. Default null.
    - `session_number`: the number that is tried first, 1 to 32766; the lowest session of an interface wins a packet. A
      number in use is stepped around. Default null: 1.
    - `outrank`: whether a session of ours moves below one of somebody else's that it stands above, once, to the lowest
      number that is free: that one gets nothing more of what both want. Never below another controller of this product,
      and not together with `session_number`. Default false: the source counts as `outranked` where the filters overlap.
    - `interfaces`: `all` interfaces of an instance (default) or the `primary` one.
    - `on`: `always` (default), or `guardduty`: only while a GuardDuty finding about the instance asks for it (see
      `guardduty_severity`, `demands`). Rules with `always` go first.

    Default null: every interface of the VPCs given that AWS accepts. Without a single rule (`{}`) only what is
    asked for is mirrored (docs/demands.md).
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
      outrank            = optional(bool, false)
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
      outrank            = optional(bool, false)
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
      outrank            = optional(bool, false)
      interfaces         = optional(string, "all")
      on                 = optional(string, "always")
    })), [])
  })
  default = null

  # The fields that all rules have are looked at over all three lists at once. Not over local.rules: what depends on a
  # variable cannot be in its own validation.
  validation {
    condition     = alltrue([for rule in flatten(var.sources[*].tags) : length(rule.tags) > 0])
    error_message = "sources.tags[*].tags must have at least one tag: an empty map would match every instance."
  }

  validation {
    condition     = alltrue([for rule in flatten(var.sources[*].tags) : contains(["all", "any"], rule.match)])
    error_message = "sources.tags[*].match must be all or any."
  }

  validation {
    condition     = alltrue([for rule in flatten(var.sources[*].subnets) : can(regex("^subnet-[0-9a-f]{8,}$", rule.subnet_id))])
    error_message = "sources.subnets[*].subnet_id must be the id of a subnet, such as subnet-0123456789abcdef0."
  }

  validation {
    condition     = alltrue([for rule in flatten(var.sources[*].vpcs) : contains(values(var.vpcs)[*].vpc_id, rule.vpc_id)])
    error_message = "sources.vpcs[*].vpc_id must be one of the VPCs in vpcs: nothing outside them is mirrored."
  }

  validation {
    condition = alltrue([
      for rule in flatten([for lists in var.sources[*] : values(lists)]) :
      rule.name == null ? true : can(regex("^[A-Za-z0-9_.:/=+@\\[\\]-]([A-Za-z0-9 _.:/=+@\\[\\]-]{0,62}[A-Za-z0-9_.:/=+@\\[\\]-])?$", rule.name))
    ])
    error_message = <<-EOT
      sources.*[*].name must be 1 to 64 letters, digits, blanks and _ . : / = + - @ [ ], without a blank at either end:
      it is the value of a tag.
    EOT
  }

  validation {
    condition = (
      length(distinct(flatten([
        for lists in var.sources[*] : [
          for kind, rules in lists : [for index, rule in rules : coalesce(rule.name, "${kind}[${index}]")]
        ]
      ]))) == length(flatten([for lists in var.sources[*] : values(lists)]))
    )
    error_message = "sources.*[*].name must differ from rule to rule: the rule tag of a session names one rule."
  }

  validation {
    condition = alltrue([
      for rule in flatten([for lists in var.sources[*] : values(lists)]) :
      rule.filter_id == null ? true : can(regex("^tmf-[0-9a-f]{8,}$", rule.filter_id))
    ])
    error_message = "sources.*[*].filter_id must be null or the id of a traffic mirror filter, such as tmf-0123456789abcdef0."
  }

  validation {
    condition = alltrue([
      for rule in flatten([for lists in var.sources[*] : values(lists)]) :
      rule.target_id == null ? true : can(regex("^tmt-[0-9a-f]{8,}$", rule.target_id))
    ])
    error_message = "sources.*[*].target_id must be null or the id of a traffic mirror target, such as tmt-0123456789abcdef0."
  }

  validation {
    condition = alltrue([
      for rule in flatten([for lists in var.sources[*] : values(lists)]) :
      rule.packet_length == null ? true : rule.packet_length >= 55 && rule.packet_length <= 8500 && floor(rule.packet_length) == rule.packet_length
    ])
    error_message = <<-EOT
      sources.*[*].packet_length must be null (whole packets) or a whole number of bytes from 55 to 8500: less cuts the
      headers of IPv6 packets, and 8500 is the MTU of the endpoint.
    EOT
  }

  validation {
    condition = alltrue([
      for rule in flatten([for lists in var.sources[*] : values(lists)]) :
      rule.virtual_network_id == null ? true : (
        rule.virtual_network_id >= 1 && rule.virtual_network_id <= 16777215 && floor(rule.virtual_network_id) == rule.virtual_network_id
      )
    ])
    error_message = "sources.*[*].virtual_network_id must be null or a whole number from 1 to 16777215."
  }

  validation {
    condition = alltrue([
      for rule in flatten([for lists in var.sources[*] : values(lists)]) :
      rule.session_number == null ? true : rule.session_number >= 1 && rule.session_number <= 32766 && floor(rule.session_number) == rule.session_number
    ])
    error_message = "sources.*[*].session_number must be null or a whole number from 1 to 32766."
  }

  validation {
    condition = alltrue([
      for rule in flatten([for lists in var.sources[*] : values(lists)]) : !(rule.outrank && rule.session_number != null)
    ])
    error_message = "sources.*[*].outrank must be false where session_number is given: a number that is set is kept to. Give one of the two."
  }

  validation {
    condition = alltrue([
      for rule in flatten([for lists in var.sources[*] : values(lists)]) :
      contains(["all", "primary"], rule.interfaces)
    ])
    error_message = "sources.*[*].interfaces must be all or primary."
  }

  validation {
    condition = alltrue([
      for rule in flatten([for lists in var.sources[*] : values(lists)]) :
      contains(["always", "guardduty"], rule.on)
    ])
    error_message = "sources.*[*].on must be always or guardduty."
  }
}

variable "exclude" {
  description = <<-EOT
    What is never mirrored, whatever `sources` says; a session of this controller on it is removed.

    - `tags`: as in `sources.tags`, `tags` and `match`.
    - `subnet_ids`, `instance_ids`, `network_interface_ids`: ids.
    - `autoscaling_group_names`: groups whose instances are left alone, above all those of the capture fleet and of
      whatever else receives the copy: mirrored into itself, traffic would go round for ever.

    Default nothing.
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
    condition     = alltrue([for exclusion in var.exclude.tags : length(exclusion.tags) > 0])
    error_message = "exclude.tags[*].tags must have at least one tag: an empty map would exclude every instance."
  }

  validation {
    condition     = alltrue([for exclusion in var.exclude.tags : contains(["all", "any"], exclusion.match)])
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
