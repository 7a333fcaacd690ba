variable "filter" {
  description = <<-EOT
    What of a source's traffic is mirrored, the same for every VPC.

    - `ingress`, `egress`: the filter rules of a direction as seen from the source, at most 10 in all. A direction
      without one is not mirrored.
      - `rule_number`: 1 to 32766, once per direction; the lowest that fits decides.
      - `rule_action`: `accept` (default) or `reject`.
      - `protocol`: IANA number, 1 to 255. Default null: every protocol.
      - `source_cidr_block`, `destination_cidr_block`: both IPv4 or both IPv6.
      - `source_port_range`, `destination_port_range`: `from_port` and `to_port`, for TCP (6) and UDP (17) only. Default
        null: every port.
      - `description`: free text. Default null.
    - `network_services`: `amazon-dns` (default) or none.

    Default null: everything in both directions, IPv4 and IPv6, and the traffic of Amazon's DNS.
  EOT
  type = object({
    ingress = optional(list(object({
      rule_number            = number
      rule_action            = optional(string, "accept")
      protocol               = optional(number)
      source_cidr_block      = string
      destination_cidr_block = string
      source_port_range      = optional(object({ from_port = number, to_port = number }))
      destination_port_range = optional(object({ from_port = number, to_port = number }))
      description            = optional(string)
    })), [])
    egress = optional(list(object({
      rule_number            = number
      rule_action            = optional(string, "accept")
      protocol               = optional(number)
      source_cidr_block      = string
      destination_cidr_block = string
      source_port_range      = optional(object({ from_port = number, to_port = number }))
      destination_port_range = optional(object({ from_port = number, to_port = number }))
      description            = optional(string)
    })), [])
    network_services = optional(set(string), ["amazon-dns"])
  })
  default = null

  validation {
    condition = (
      var.filter == null ? true : length(concat(var.filter.ingress, var.filter.egress)) >= 1 &&
      length(concat(var.filter.ingress, var.filter.egress)) <= 10
    )
    error_message = <<-EOT
      filter must hold at least 1 rule and at most 10, ingress and egress together; null mirrors
      everything.
    EOT
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for rule in concat(var.filter.ingress, var.filter.egress) :
      rule.rule_number >= 1 && rule.rule_number <= 32766 && floor(rule.rule_number) == rule.rule_number
    ])
    error_message = "Every rule_number in filter must be a whole number from 1 to 32766."
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for rules in [var.filter.ingress, var.filter.egress] :
      length(distinct([for rule in rules : rule.rule_number])) == length(rules)
    ])
    error_message = <<-EOT
      filter holds a rule_number twice in one direction; each number may stand once in ingress and once in
      egress.
    EOT
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for rule in concat(var.filter.ingress, var.filter.egress) : contains(["accept", "reject"], rule.rule_action)
    ])
    error_message = "Every rule_action in filter must be \"accept\" or \"reject\"."
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for rule in concat(var.filter.ingress, var.filter.egress) :
      rule.protocol == null ? true : rule.protocol >= 1 && rule.protocol <= 255 && floor(rule.protocol) == rule.protocol
    ])
    error_message = <<-EOT
      Every protocol in filter must be an IANA protocol number from 1 to 255 (6 is TCP, 17 is UDP), or null
      for every protocol.
    EOT
  }

  validation {
    # cidrsubnet(block, 0, 0) is the block with its host bits cleared, in the one spelling that AWS answers with.
    condition = var.filter == null ? true : alltrue([
      for block in flatten([
        for rule in concat(var.filter.ingress, var.filter.egress) : [rule.source_cidr_block, rule.destination_cidr_block]
      ]) : try(cidrsubnet(block, 0, 0) == block, false)
    ])
    error_message = <<-EOT
      Every source_cidr_block and destination_cidr_block in filter must be an IPv4 or IPv6 CIDR block in
      its shortest lower-case spelling and without host bits, such as 10.0.0.0/8 or 2001:db8::/32.
    EOT
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for rule in concat(var.filter.ingress, var.filter.egress) :
      strcontains(rule.source_cidr_block, ":") == strcontains(rule.destination_cidr_block, ":")
    ])
    error_message = <<-EOT
      In every rule of filter, source_cidr_block and destination_cidr_block must be of one family, both
      IPv4 or both IPv6.
    EOT
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for rule in concat(var.filter.ingress, var.filter.egress) :
      rule.source_port_range == null && rule.destination_port_range == null ? true : contains([6, 17], coalesce(rule.protocol, 0))
    ])
    error_message = <<-EOT
      In filter, source_port_range and destination_port_range are allowed only in rules whose protocol is 6
      (TCP) or 17 (UDP).
    EOT
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for range in flatten([
        for rule in concat(var.filter.ingress, var.filter.egress) :
        [for range in [rule.source_port_range, rule.destination_port_range] : range if range != null]
      ]) : range.from_port >= 0 && range.from_port <= range.to_port && range.to_port <= 65535
    ])
    error_message = "Every port range in filter must have ports from 0 to 65535, with from_port not above to_port."
  }

  validation {
    condition     = var.filter == null ? true : length(setsubtract(coalesce(var.filter.network_services, []), ["amazon-dns"])) == 0
    error_message = "The attribute network_services of filter may hold \"amazon-dns\" only, or be empty."
  }
}
