variable "name" {
  description = <<-EOT
    Name of the fleet, and the beginning of the names of all that this module makes.

    Lower-case letters, digits and single hyphens, first a letter, at most 26 characters: the bucket
    `<name>-capture-<account>-<region>` has to fit into S3's 63.
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && !startswith(var.name, "internal-")
    error_message = <<-EOT
      name must not be empty: it consists of lower-case letters, digits and single hyphens, begins with a
      letter, ends with a letter or digit, and does not begin with "internal-", which load balancers refuse.
    EOT
  }

  validation {
    condition     = length(var.name) <= 26
    error_message = <<-EOT
      name is at most 26 characters long, because the bucket's name <name>-capture-<account>-<region>
      must stay within 63 (the load balancer's within 32, the node role's within 64).
    EOT
  }
}

variable "vpc_id" {
  description = "VPC of the capture fleet. It may be one whose instances are mirrored."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^vpc-[0-9a-f]{8,}$", var.vpc_id))
    error_message = "vpc_id must be the id of a VPC, such as vpc-0a1b2c3d4e5f60718."
  }
}

variable "subnets" {
  description = <<-EOT
    Subnets of the fleet's VPC for the load balancer and the nodes, one per availability zone: a key of your own
    choice (it stays when ids change) to the subnet's id.

    Nodes get no public address, so the subnets need another way to port 443 (NAT or VPC endpoints).
  EOT
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnets) > 0
    error_message = "subnets must hold at least one subnet, and at most one per availability zone."
  }

  validation {
    condition     = alltrue([for id in values(var.subnets) : can(regex("^subnet-[0-9a-f]+$", id))])
    error_message = "Every value of subnets must be the id of a subnet, such as subnet-0a1b2c3d4e5f60718."
  }

  validation {
    condition     = alltrue([for key in keys(var.subnets) : can(regex("^[A-Za-z0-9_.-]{1,40}$", key))])
    error_message = "Every key of subnets must be 1 to 40 letters, digits and the characters _ . and -, because it is part of names."
  }
}

variable "kms_key_arn" {
  description = <<-EOT
    ARN of a customer-managed KMS key of this region for the bucket and the nodes' volumes. Its key policy must let
    the autoscaling service-linked role (AWSServiceRoleForAutoScaling) use it and create grants, or no node starts.

    Default null: the bucket's own encryption (SSE-S3) and the account's default key for volumes.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = <<-EOT
      kms_key_arn must be null or the ARN of a KMS key (arn:…:kms:…:key/…), not of an alias, because
      permissions need the key itself.
    EOT
  }
}

variable "permissions_boundary" {
  description = "ARN of the IAM policy that bounds the node role's permissions. Default null: none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be null or the ARN of an IAM policy (arn:…:iam::…:policy/…)."
  }
}

variable "iam_path" {
  description = <<-EOT
    IAM path of the roles and the instance profile, for organizations whose rules go by it. Choose it before the first
    apply: a change would replace them under running nodes, and is refused.

    `/`, or names between slashes, such as `/network/mirroring/`; at most 512 characters. Default `/`.
  EOT
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9_.,+=@-]+/)*$", var.iam_path)) && length(var.iam_path) <= 512
    error_message = "iam_path must begin and end with a slash, such as / or /network/mirroring/, with at most 512 characters in all."
  }
}

variable "tags" {
  description = <<-EOT
    Tags of everything that this module makes, the nodes, their volumes and interfaces included. The provider's
    default_tags do not reach what the autoscaling group launches, these do.

    At most 45; no key may begin with `aws:` or `traffic-mirror:`, nor differ from another one by case alone. The objects
    of the code bucket carry none, since Amazon S3 takes ten at most. Default none.
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
