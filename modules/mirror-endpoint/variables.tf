variable "name" {
  description = <<-EOT
    Name at the beginning of the Name tags of all that this module makes.

    Lower-case letters, digits and single hyphens, first a letter, at most 38 characters: the controller beside it
    usually has the same name, and makes names of functions and roles from it.
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name))
    error_message = <<-EOT
      The variable name must not be empty: it consists of lower-case letters, digits and single hyphens, begins with a
      letter and ends with a letter or digit.
    EOT
  }

  validation {
    condition     = length(var.name) <= 38
    error_message = <<-EOT
      The variable name is at most 38 characters long, so that the role names made from it, <name>-<function>-<region>,
      stay within 64.
    EOT
  }
}

variable "endpoint_service_name" {
  description = <<-EOT
    Name of the capture fleet's endpoint service: output of the same name of capture-fleet.

    It must be of this region and must allow this account.
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(cn[.])?com[.]amazonaws[.]vpce[.][a-z0-9-]+[.]vpce-svc-[0-9a-f]+$", var.endpoint_service_name))
    error_message = <<-EOT
      The variable endpoint_service_name must be the name of an endpoint service,
      com.amazonaws.vpce.<region>.vpce-svc-<id>, as the output endpoint_service_name of capture-fleet gives it.
    EOT
  }
}

variable "vpcs" {
  description = <<-EOT
    VPCs to mirror, by a key of your own choice, which stays when ids change.

    - `vpc_id`: the VPC.
    - `subnets`: subnets' ids by a key of your own choice, one per zone. Each gets an endpoint and a target. Zones
      without one are served from another zone, at the price of traffic between zones. Leave it out with
      `endpoint_management` "automatic": the function chooses.
    - `vni`: the number by which captured traffic shows which VPC it is from, 1 to 16777215. Default null: AWS picks one
      at random for each session.

    An empty map makes nothing.
  EOT
  type = map(object({
    vpc_id  = string
    subnets = optional(map(string), {})
    vni     = optional(number)
  }))
  nullable = false

  validation {
    condition = alltrue([
      for key in concat(keys(var.vpcs), flatten([for vpc in values(var.vpcs) : keys(vpc.subnets)])) : can(regex("^[A-Za-z0-9_.-]{1,64}$", key))
    ])
    error_message = <<-EOT
      The keys of the variable vpcs and of its subnets consist of 1 to 64 letters, digits, underscores, dots and
      hyphens; a slash joins the two in the keys of the resources.
    EOT
  }

  validation {
    condition     = alltrue([for vpc in values(var.vpcs) : can(regex("^vpc-[0-9a-f]+$", vpc.vpc_id))])
    error_message = "Every vpc_id in the variable vpcs must be the id of a VPC, such as vpc-0a1b2c3d4e5f60718."
  }

  validation {
    condition     = length(distinct([for vpc in values(var.vpcs) : vpc.vpc_id])) == length(var.vpcs)
    error_message = "The variable vpcs holds one vpc_id under two keys; every VPC may stand there once only."
  }

  validation {
    condition     = var.endpoint_management == "automatic" || alltrue([for vpc in values(var.vpcs) : length(vpc.subnets) > 0])
    error_message = <<-EOT
      Every VPC in the variable vpcs needs at least one subnet in subnets, and at most one per availability zone; or set
      endpoint_management to "automatic", which chooses subnets by itself.
    EOT
  }

  validation {
    condition     = var.endpoint_management == "terraform" || alltrue([for vpc in values(var.vpcs) : length(vpc.subnets) == 0])
    error_message = <<-EOT
      With endpoint_management "automatic" leave subnets out of the variable vpcs: the function chooses them. To prefer
      some, tag them and name the tag in automatic.subnet_tags.
    EOT
  }

  validation {
    condition     = var.endpoint_management == "terraform" || length(var.vpcs) <= 80
    error_message = <<-EOT
      With endpoint_management "automatic" the variable vpcs may hold at most 80 VPCs, which is also what one
      mirror-controller takes: spread more over several deployments with names of their own.
    EOT
  }

  validation {
    condition     = alltrue([for id in flatten([for vpc in values(var.vpcs) : values(vpc.subnets)]) : can(regex("^subnet-[0-9a-f]+$", id))])
    error_message = "Every value of subnets in the variable vpcs must be the id of a subnet, such as subnet-0a1b2c3d4e5f60718."
  }

  validation {
    condition = alltrue([
      for vpc in values(var.vpcs) : vpc.vni == null ? true : vpc.vni >= 1 && vpc.vni <= 16777215 && floor(vpc.vni) == vpc.vni
    ])
    error_message = "Every vni in the variable vpcs must be null or a whole number from 1 to 16777215."
  }

  validation {
    condition = (
      length(distinct([for vpc in values(var.vpcs) : vpc.vni if vpc.vni != null])) ==
      length([for vpc in values(var.vpcs) : vpc.vni if vpc.vni != null])
    )
    error_message = "The variable vpcs holds one vni twice; the VPCs could not be told apart in captured traffic."
  }
}

variable "availability_zones" {
  description = <<-EOT
    Zones that the capture fleet serves: output of the same name of capture-fleet. With it, a subnet in another zone is
    refused at plan, and the function serves these zones alone.

    By any key `name` and `id`. Only the id counts, because a name may mean another zone in another account. Default
    null: EC2 is asked, which refuses such a subnet at apply.
  EOT
  type        = map(object({ name = optional(string), id = string }))
  default     = null

  validation {
    condition = (
      var.availability_zones == null ? true : length(var.availability_zones) > 0 &&
      alltrue([for zone in values(var.availability_zones) : can(regex("^[a-z]{2,4}[0-9]-[a-z0-9-]*az[0-9]+$", zone.id))])
    )
    error_message = <<-EOT
      The variable availability_zones must be null or hold at least one zone, each with an id such as euw1-az1 (not a
      name such as eu-west-1a).
    EOT
  }
}

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
      The variable filter must hold at least 1 rule and at most 10, ingress and egress together; null mirrors
      everything.
    EOT
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for rule in concat(var.filter.ingress, var.filter.egress) :
      rule.rule_number >= 1 && rule.rule_number <= 32766 && floor(rule.rule_number) == rule.rule_number
    ])
    error_message = "Every rule_number in the variable filter must be a whole number from 1 to 32766."
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for rules in [var.filter.ingress, var.filter.egress] :
      length(distinct([for rule in rules : rule.rule_number])) == length(rules)
    ])
    error_message = <<-EOT
      The variable filter holds a rule_number twice in one direction; each number may stand once in ingress and once in
      egress.
    EOT
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for rule in concat(var.filter.ingress, var.filter.egress) : contains(["accept", "reject"], rule.rule_action)
    ])
    error_message = "Every rule_action in the variable filter must be \"accept\" or \"reject\"."
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for rule in concat(var.filter.ingress, var.filter.egress) :
      rule.protocol == null ? true : rule.protocol >= 1 && rule.protocol <= 255 && floor(rule.protocol) == rule.protocol
    ])
    error_message = <<-EOT
      Every protocol in the variable filter must be an IANA protocol number from 1 to 255 (6 is TCP, 17 is UDP), or null
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
      Every source_cidr_block and destination_cidr_block in the variable filter must be an IPv4 or IPv6 CIDR block in
      its shortest lower-case spelling and without host bits, such as 10.0.0.0/8 or 2001:db8::/32.
    EOT
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for rule in concat(var.filter.ingress, var.filter.egress) :
      strcontains(rule.source_cidr_block, ":") == strcontains(rule.destination_cidr_block, ":")
    ])
    error_message = <<-EOT
      In every rule of the variable filter, source_cidr_block and destination_cidr_block must be of one family, both
      IPv4 or both IPv6.
    EOT
  }

  validation {
    condition = var.filter == null ? true : alltrue([
      for rule in concat(var.filter.ingress, var.filter.egress) :
      rule.source_port_range == null && rule.destination_port_range == null ? true : contains([6, 17], coalesce(rule.protocol, 0))
    ])
    error_message = <<-EOT
      In the variable filter, source_port_range and destination_port_range are allowed only in rules whose protocol is 6
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
    error_message = "Every port range in the variable filter must have ports from 0 to 65535, with from_port not above to_port."
  }

  validation {
    condition     = var.filter == null ? true : length(setsubtract(coalesce(var.filter.network_services, []), ["amazon-dns"])) == 0
    error_message = "The attribute network_services of the variable filter may hold \"amazon-dns\" only, or be empty."
  }
}

variable "tags" {
  description = "Tags of everything that this module makes. Default none."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:") && !startswith(key, "traffic-mirror:")])
    error_message = <<-EOT
      No key of the variable tags may begin with aws:, which AWS keeps for itself, or with traffic-mirror:, which this
      product does.
    EOT
  }
}
