# Inputs of modules/mirror-endpoint, which checks them. Same defaults.

variable "filter" {
  description = <<-EOT
    What of a source's traffic is mirrored, the same for every VPC. Default null: everything in both directions, IPv4 and IPv6, and the traffic of Amazon's DNS.

    `ingress` and `egress` are the rules of a direction as seen from the source; a direction without a rule is not mirrored. At most 10 rules in all. A rule:
    - `rule_number`: 1 to 32766, once per direction; the lowest that fits decides.
    - `rule_action`: `accept` (default) or `reject`.
    - `protocol`: IANA number, 1 to 255; null (default) is every protocol.
    - `source_cidr_block`, `destination_cidr_block`: both IPv4 or both IPv6.
    - `source_port_range`, `destination_port_range`: `{from_port, to_port}`, for TCP (6) and UDP (17) only; null (default) is every port.
    - `description`: free text.

    `network_services`: `amazon-dns` (default) or none.
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
}
