variable "name" {
  description = <<-EOT
    Name of the controller: every name is derived from it, and its sessions carry it as the tag
    `traffic-mirror:controller`. Changing it replaces everything, and removes and makes anew every session.

    Lower-case letters, digits and single hyphens, first a letter, at most 38 characters: the role
    `<name>-reconcile-<region>` must fit into IAM's 64.
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name))
    error_message = <<-EOT
      name must not be empty: it consists of lower-case letters, digits and single hyphens, starts with a letter and
      ends with a letter or digit.
    EOT
  }

  validation {
    condition     = length(var.name) <= 38
    error_message = <<-EOT
      name must be at most 38 characters long: the role <name>-reconcile-<region> must fit into the 64 characters of an
      IAM role name.
    EOT
  }

  validation {
    condition     = !can(regex("^(aws|ssm)", var.name))
    error_message = "name must not start with aws or ssm: Systems Manager refuses the parameter /<name>/policy then."
  }
}

variable "vpcs" {
  description = <<-EOT
    The VPCs whose interfaces may be mirrored, by a key of the caller's: what `mirror-endpoint` gives as its output
    `vpcs`. Nothing outside them is ever touched.

    - `vpc_id`: the VPC.
    - `vni`: VXLAN network identifier of its sessions, 1 to 16777215. Default null: AWS picks one per session.
    - `filter_id`: mirror filter of its sessions, where a rule of `sources` names no other.
    - `filter`: what Terraform made of that filter, as the input `filter` of `mirror-endpoint` has it (`ingress`,
      `egress`, `network_services`). Sweeps compare: one that somebody else has changed makes its sources
      `filter-changed`. Default null: nothing to compare with.
    - `endpoint_service_name`: the endpoint service behind the targets. Needed where `targets` is null: a target found
      by its tags counts only when its endpoint belongs to this service.
    - `targets`: mirror targets by a key of the caller's, one for each availability zone (by name, as instances show
      it). Default null: found by the tags `traffic-mirror:vpc` and `traffic-mirror:zone`.

    At most 80. An empty map mirrors nothing.
  EOT
  type = map(object({
    vpc_id                = string
    vni                   = optional(number)
    filter_id             = string
    endpoint_service_name = optional(string)
    filter = optional(object({
      ingress = optional(list(object({
        rule_number            = number
        rule_action            = optional(string, "accept")
        protocol               = optional(number)
        source_cidr_block      = string
        destination_cidr_block = string
        source_port_range      = optional(object({ from_port = number, to_port = number }))
        destination_port_range = optional(object({ from_port = number, to_port = number }))
      })), [])
      egress = optional(list(object({
        rule_number            = number
        rule_action            = optional(string, "accept")
        protocol               = optional(number)
        source_cidr_block      = string
        destination_cidr_block = string
        source_port_range      = optional(object({ from_port = number, to_port = number }))
        destination_port_range = optional(object({ from_port = number, to_port = number }))
      })), [])
      network_services = optional(set(string), [])
    }))
    targets = optional(map(object({
      target_id         = string
      availability_zone = string
    })))
  }))
  nullable = false

  validation {
    condition     = length(var.vpcs) <= 80
    error_message = <<-EOT
      vpcs must name at most 80 VPCs: policies of the functions' roles list each of them, and a role takes ten policies.
    EOT
  }

  validation {
    condition     = alltrue([for vpc in values(var.vpcs) : can(regex("^vpc-[0-9a-f]{8,}$", vpc.vpc_id))])
    error_message = "vpcs[*].vpc_id must be the id of a VPC, such as vpc-0123456789abcdef0."
  }

  validation {
    condition     = length(distinct([for vpc in values(var.vpcs) : vpc.vpc_id])) == length(var.vpcs)
    error_message = "vpcs must name each VPC once: two keys have the same vpc_id."
  }

  validation {
    condition     = alltrue([for vpc in values(var.vpcs) : can(regex("^tmf-[0-9a-f]{8,}$", vpc.filter_id))])
    error_message = "vpcs[*].filter_id must be the id of a traffic mirror filter, such as tmf-0123456789abcdef0."
  }

  validation {
    # What the functions' schema would refuse later (functions/core/sessions/policy.ts).
    condition = alltrue([
      for rule in flatten([for vpc in values(var.vpcs) : [for filter in vpc.filter[*] : concat(filter.ingress, filter.egress)]]) :
      contains(["accept", "reject"], rule.rule_action) &&
      rule.rule_number >= 1 && rule.rule_number <= 32766 && floor(rule.rule_number) == rule.rule_number &&
      (rule.protocol == null ? true : rule.protocol >= 1 && rule.protocol <= 255 && floor(rule.protocol) == rule.protocol) &&
      alltrue([
        for range in concat(rule.source_port_range[*], rule.destination_port_range[*]) :
        range.from_port >= 0 && range.to_port <= 65535 && floor(range.from_port) == range.from_port && floor(range.to_port) == range.to_port
      ])
    ])
    error_message = <<-EOT
      vpcs[*].filter must hold rules as mirror-endpoint makes them: rule_number 1 to 32766, rule_action accept or
      reject, protocol null or 1 to 255, ports 0 to 65535; leave it out where nothing is to be compared.
    EOT
  }

  validation {
    condition     = alltrue([for vpc in values(var.vpcs) : vpc.vni == null ? true : vpc.vni >= 1 && vpc.vni <= 16777215 && floor(vpc.vni) == vpc.vni])
    error_message = "vpcs[*].vni must be null or a whole number from 1 to 16777215."
  }

  validation {
    condition     = alltrue([for vpc in values(var.vpcs) : vpc.targets != null || vpc.endpoint_service_name != null])
    error_message = <<-EOT
      vpcs[*].endpoint_service_name must be given where targets is null: a target found by its tags counts only behind
      that service.
    EOT
  }

  validation {
    condition     = alltrue([for vpc in values(var.vpcs) : vpc.targets == null ? true : length(vpc.targets) > 0])
    error_message = "vpcs[*].targets must be null (found by tags) or name at least one target."
  }

  validation {
    condition = alltrue(flatten([
      for vpc in values(var.vpcs) : [
        for target in values(coalesce(vpc.targets, {})) : can(regex("^tmt-[0-9a-f]{8,}$", target.target_id))
      ]
    ]))
    error_message = "vpcs[*].targets[*].target_id must be the id of a traffic mirror target, such as tmt-0123456789abcdef0."
  }

  validation {
    condition = alltrue([
      for vpc in values(var.vpcs) :
      length(distinct([for target in values(coalesce(vpc.targets, {})) : target.availability_zone])) == length(coalesce(vpc.targets, {}))
    ])
    error_message = <<-EOT
      vpcs[*].targets must have one target for each availability_zone: two targets of a VPC are in the same zone.
    EOT
  }
}

variable "schedule_expression" {
  description = <<-EOT
    How often the sweep runs. AWS does not promise to deliver every event, so this is the longest time that a missed
    change stays unseen.

    `rate(1 minute)` to `rate(6 hours)`. Null: no schedule, and no alarm when no sweep runs; then something else must
    invoke the sweep. Default rate(1 minute), which costs about 1 $ a month.
  EOT
  type        = string
  default     = "rate(1 minute)"

  validation {
    condition = var.schedule_expression == null || (
      can(regex("^rate\\((1 minute|1 hour|[1-9][0-9]* minutes|[1-9][0-9]* hours)\\)$", var.schedule_expression)) &&
      !can(regex("^rate\\(1 (minutes|hours)\\)$", var.schedule_expression))
    )
    error_message = <<-EOT
      schedule_expression must be null or a rate such as rate(1 minute), rate(5 minutes) or rate(1 hour); EventBridge
      wants the singular for one. Expressions with cron are not taken: the alarm for a missing sweep needs the interval.
    EOT
  }

  validation {
    condition = (
      var.schedule_expression == null ||
      try(tonumber(regex("[0-9]+", var.schedule_expression)) * (strcontains(var.schedule_expression, "hour") ? 60 : 1) <= 360, true)
    )
    error_message = "schedule_expression must not be rarer than rate(6 hours)."
  }
}

variable "mode" {
  description = <<-EOT
    What the functions do with what they find.

    - `enforce`: sessions are made, changed and removed.
    - `observe`: everything is planned, logged and counted, and nothing changes.
    - `drain`: all sessions of this controller are removed and none is made.

    Default enforce.
  EOT
  type        = string
  default     = "enforce"
  nullable    = false

  validation {
    condition     = contains(["enforce", "observe", "drain"], var.mode)
    error_message = "mode must be enforce, observe or drain."
  }
}

variable "hub_event_bus_arn" {
  description = <<-EOT
    ARN of the hub's event bus (output `event_bus_arn` of `capture-fleet`), to which the functions' reports then go:
    sessions that come, change and go, sources that are refused, tampering, and a summary of each sweep.

    The hub must allow this account, and whether the input is null must be known at plan. Default null: reports stay on
    the controller's own bus.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.hub_event_bus_arn == null || can(regex("^arn:[^:]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9/_.-]+$", var.hub_event_bus_arn))
    error_message = <<-EOT
      hub_event_bus_arn must be null or the ARN of an event bus, such as
      arn:aws:events:eu-west-1:111122223333:event-bus/capture-hub.
    EOT
  }
}

variable "tags" {
  description = <<-EOT
    Tags of everything that the module makes, and of the sessions.

    At most 45, and 2,500 characters as JSON: the functions carry them in their environment, of which Lambda holds 4 KB.
    Default none.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(jsonencode(var.tags)) <= 2500
    error_message = "The variable tags takes at most 2,500 characters as JSON: the functions carry them in their environment."
  }

  # IAM counts keys that differ by case alone as one, and takes no other characters (IAM API Reference, Tag); nor does
  # Systems Manager.
  validation {
    condition = length(var.tags) <= 45 && length(distinct([for key in keys(var.tags) : lower(key)])) == length(var.tags) && alltrue([
      for key, value in var.tags :
      can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$", key)) &&
      can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{0,256}$", value)) &&
      !startswith(lower(key), "aws:") && !startswith(key, "traffic-mirror:")
    ])
    error_message = <<-EOT
      The variable tags takes at most 45, with keys of 1 to 128 and values of at most 256 letters, digits, blanks and
      _.:/=+-@; no two keys may differ by case alone, and none may begin with aws:, which AWS keeps for itself, or with
      traffic-mirror:, which this product does.
    EOT
  }
}
