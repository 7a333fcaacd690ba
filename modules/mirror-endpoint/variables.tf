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
}

variable "endpoint_service_name" {
  description = <<-EOT
    Name of the capture fleet's endpoint service: output of the same name of capture-fleet.

    It must be of this region and must allow this account.
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]+([.][a-z0-9-]+)*[.]vpce[.][a-z0-9-]+[.]vpce-svc-[0-9a-f]+$", var.endpoint_service_name))
    error_message = <<-EOT
      endpoint_service_name must be the name of an endpoint service,
      com.amazonaws.vpce.<region>.vpce-svc-<id>, as the output endpoint_service_name of capture-fleet gives it.
    EOT
  }
}

variable "tags" {
  description = <<-EOT
    Tags of everything that this module makes, at most 45; with `endpoint_management` "automatic" at most 1,200 characters
    as JSON. Default none.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false

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
      tags takes at most 45, with keys of 1 to 128 and values of at most 256 letters, digits, blanks and
      _.:/=+-@; no two keys may differ by case alone, and none may begin with aws:, which AWS keeps for itself, or with
      traffic-mirror:, which this product does.
    EOT
  }
}
