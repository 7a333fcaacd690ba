variable "region" {
  description = "Region of everything. Default eu-west-1."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "name" {
  description = "Name of the fleet, at most 26 lower-case letters, digits and hyphens. Default traffic-capture."
  type        = string
  default     = "traffic-capture"
  nullable    = false
}

variable "organization_role_arn" {
  description = <<-EOT
    Role in the management account, or in a delegated administrator's, that may read the organization. Default null:
    your own credentials may.
  EOT
  type        = string
  default     = null
}

variable "organizational_unit_ids" {
  description = <<-EOT
    Organizational units whose accounts, at any depth, are clients, such as ou-ab12-cdef3456. Default none given:
    every account of the organization.
  EOT
  type        = list(string)
  default     = []
  nullable    = false
}

variable "excluded_account_ids" {
  description = "Accounts that are not clients all the same. Default none."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "vnis" {
  description = <<-EOT
    VNI of each VPC, 1 to 16777215, by account id and a key for the VPC. They are given here rather than counted,
    because a VNI must stay the same for as long as captures of it are kept.

    Default none: such clients may connect, but their captures are kept apart from nobody else's.
  EOT
  type        = map(map(number))
  default     = {}
  nullable    = false
}

variable "instance_types" {
  description = "Instance types of the nodes. Default c6in.large."
  type        = list(string)
  default     = ["c6in.large"]
  nullable    = false
}

variable "max_size" {
  description = "Largest number of nodes; there are always at least two. Default 8."
  type        = number
  default     = 8
  nullable    = false
}

variable "tags" {
  description = "Tags of everything. Default Project = traffic-mirror."
  type        = map(string)
  default     = { Project = "traffic-mirror" }
  nullable    = false
}
