# What holds for all rules of the policy, and how its document is stored.

variable "stopped_instances" {
  description = <<-EOT
    What becomes of the sessions of a stopped instance.

    `remove` or `keep`. Default remove: a session is billed while its instance is stopped, and is made again about a
    second after the start.
  EOT
  type        = string
  default     = "remove"
  nullable    = false

  validation {
    condition     = contains(["remove", "keep"], var.stopped_instances)
    error_message = "stopped_instances must be remove or keep."
  }
}

variable "allow_cross_zone" {
  description = <<-EOT
    Whether an instance in a zone without a target is mirrored to a target in another zone of its VPC. It costs the
    transfer between zones (0.01 $ per GB on each side in most regions), and that zone's capture then depends on two
    zones.

    Default true: completeness first.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "fargate" {
  description = <<-EOT
    Whether interfaces of Fargate tasks are tried. AWS has the last word, and a refusal is reported with its reason.

    Default false, because it is unproven: AWS documents that requester-managed interfaces cannot be sources except
    those of RDS and ElastiCache, though sessions on Fargate's have been seen.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "accept_sharing" {
  description = <<-EOT
    Whether a source counts as mirrored although a session of somebody else's, with a lower number and a filter that
    overlaps ours, takes packets before it. Each packet is mirrored once.

    Default false: such a source counts as `outranked`, by whom is named, and an alarm fires.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "instance_types" {
  description = <<-EOT
    What is known of instance types beyond the guide's list, such as `{ "t2.*" = false }`.

    By type, with * and ? as wildcards. false: never tried, and no alarm; true: tried as early as those on the list.
    Default none: every type is tried, those that the list does not name last, and what EC2 refuses is learnt.
  EOT
  type        = map(bool)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for type in keys(var.instance_types) : can(regex("^[a-z0-9*?-]+(\\.[a-z0-9*?-]+)?$", type))])
    error_message = <<-EOT
      instance_types must have instance types as keys, in lower case, with * and ? as wildcards, such as m8g.* or
      c7gn.large.
    EOT
  }

  validation {
    condition     = alltrue([for supported in values(var.instance_types) : supported != null])
    error_message = "instance_types must have true or false as values."
  }
}

variable "policy_parts" {
  description = <<-EOT
    How many parameters the policy document is spread over when it does not fit into one (4,096 bytes). Needed only
    where the length of a list is unknown at plan, or where long names or non-Latin tags make the estimate too small;
    the plan or apply says so then.

    1 to 64. Default null: estimated from the number of VPCs, targets, rules and excludes at their largest size.
  EOT
  type        = number
  default     = null

  validation {
    condition     = var.policy_parts == null ? true : var.policy_parts >= 1 && var.policy_parts <= 64 && floor(var.policy_parts) == var.policy_parts
    error_message = "policy_parts must be null or a whole number from 1 to 64."
  }
}

variable "left_out_vpc_ids" {
  description = <<-EOT
    VPCs that are not mirrored on purpose. Instances in VPCs of the region that are neither here nor in `vpcs` are counted
    (`InstancesOutsideVpcs`), named in the answer of `sweep`, and fire the alarm `<name>-outside-vpcs`.

    Ids of VPCs, 2,500 bytes as JSON at most (about 100): the function `sweep` carries them in its environment, of which Lambda
    holds 4 KB, with tags. `["*"]`: every other VPC, none is looked at. Default `[]`.
  EOT
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.left_out_vpc_ids : id == "*" || can(regex("^vpc-[0-9a-f]{8,}$", id))])
    error_message = "left_out_vpc_ids must be ids of VPCs, such as vpc-0123456789abcdef0, or [\"*\"] for every VPC that vpcs does not name."
  }

  validation {
    # Ids have no letter that takes more than a byte.
    condition     = length(jsonencode(var.left_out_vpc_ids)) <= 2500
    error_message = "left_out_vpc_ids takes at most 2,500 bytes as JSON, about 100 ids; [\"*\"] leaves out every VPC that vpcs does not name."
  }
}
