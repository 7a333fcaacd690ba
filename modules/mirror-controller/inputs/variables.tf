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
