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
      The keys of vpcs and of its subnets consist of 1 to 64 letters, digits, underscores, dots and
      hyphens; a slash joins the two in the keys of the resources.
    EOT
  }

  validation {
    condition     = alltrue([for vpc in values(var.vpcs) : can(regex("^vpc-[0-9a-f]+$", vpc.vpc_id))])
    error_message = "Every vpc_id in vpcs must be the id of a VPC, such as vpc-0a1b2c3d4e5f60718."
  }

  validation {
    condition     = length(distinct([for vpc in values(var.vpcs) : vpc.vpc_id])) == length(var.vpcs)
    error_message = "vpcs holds one vpc_id under two keys; every VPC may stand there once only."
  }

  validation {
    condition     = var.endpoint_management == "automatic" || alltrue([for vpc in values(var.vpcs) : length(vpc.subnets) > 0])
    error_message = <<-EOT
      Every VPC in vpcs needs at least one subnet in subnets, and at most one per availability zone; or set
      endpoint_management to "automatic", which chooses subnets by itself.
    EOT
  }

  validation {
    condition     = var.endpoint_management == "terraform" || alltrue([for vpc in values(var.vpcs) : length(vpc.subnets) == 0])
    error_message = <<-EOT
      With endpoint_management "automatic" leave subnets out of vpcs: the function chooses them. To prefer
      some, tag them and name the tag in automatic.subnet_tags.
    EOT
  }

  validation {
    condition     = var.endpoint_management == "terraform" || length(var.vpcs) <= 80
    error_message = <<-EOT
      With endpoint_management "automatic" vpcs may hold at most 80 VPCs, which is also what one
      mirror-controller takes: spread more over several deployments with names of their own.
    EOT
  }

  validation {
    condition     = alltrue([for id in flatten([for vpc in values(var.vpcs) : values(vpc.subnets)]) : can(regex("^subnet-[0-9a-f]+$", id))])
    error_message = "Every value of subnets in vpcs must be the id of a subnet, such as subnet-0a1b2c3d4e5f60718."
  }

  validation {
    condition = alltrue([
      for vpc in values(var.vpcs) : vpc.vni == null ? true : vpc.vni >= 1 && vpc.vni <= 16777215 && floor(vpc.vni) == vpc.vni
    ])
    error_message = "Every vni in vpcs must be null or a whole number from 1 to 16777215."
  }

  validation {
    condition = (
      length(distinct([for vpc in values(var.vpcs) : vpc.vni if vpc.vni != null])) ==
      length([for vpc in values(var.vpcs) : vpc.vni if vpc.vni != null])
    )
    error_message = "vpcs holds one vni twice; the VPCs could not be told apart in captured traffic."
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
      availability_zones must be null or hold at least one zone, each with an id such as euw1-az1 (not a
      name such as eu-west-1a).
    EOT
  }
}
