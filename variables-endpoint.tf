# Inputs of modules/mirror-endpoint, which checks them. Same defaults.

variable "endpoint_management" {
  description = "Who makes the endpoints and targets. `terraform`: Terraform, for the subnets of `vpcs`, with all of them in the state. `automatic`: a function, which follows the network: subnets and zones that come and go, and endpoints that fail or are deleted, need no apply. Default terraform. The README of modules/mirror-endpoint says how to change over without a gap."
  type        = string
  default     = "terraform"
  nullable    = false
}

variable "automatic" {
  description = <<-EOT
    How the function chooses, with `endpoint_management` "automatic".
    - `zones`: which zones get an endpoint, of those that the fleet serves. `subnets` (default): every zone in which the VPC has a subnet, since an instance could be started there and a new endpoint takes minutes. `instances`: only zones with an instance that is not terminated, at the price of those minutes for the first instance of a zone (it is mirrored through another zone's endpoint meanwhile, or not at all where there is none). An endpoint costs about 7 $ a month.
    - `idle_minutes`: with `instances`, how long a zone may be without one before its endpoint goes, 0 to 10080. Default 60, so that a group that is scaled to nothing for a moment changes nothing.
    - `subnet_tags`: tags of the subnets in which endpoints are preferred; a null value means that the key is present. A zone without such a subnet takes any. Default none. Of several the one with the most free addresses is taken. An endpoint that is there stays where it is.
    - `evacuation_tag`: `key` and `value` (null: any) of the tag that says that a subnet is to be removed: its endpoint is moved to another subnet of the zone, or given up. Default traffic-mirror:evacuate = true.
    - `schedule_expression`: how often the function looks at everything, rate(1 minute) to rate(1 hour). Default rate(1 minute): so long does it take to see that a new endpoint is available.
  EOT
  type = object({
    zones        = optional(string, "subnets")
    idle_minutes = optional(number, 60)
    subnet_tags  = optional(map(string), {})
    evacuation_tag = optional(object({
      key   = string
      value = optional(string)
    }), { key = "traffic-mirror:evacuate", value = "true" })
    schedule_expression = optional(string, "rate(1 minute)")
  })
  default  = {}
  nullable = false
}

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
