variable "automatic" {
  description = <<-EOT
    How the function chooses, with `endpoint_management` "automatic".

    - `zones`: which zones get an endpoint, of those that the fleet serves. An endpoint costs about 7 $ a month.
      - `subnets` (default): every zone in which the VPC has a subnet, since an instance could be started there and a
        new endpoint takes minutes.
      - `instances`: only zones with an instance that is not terminated. The first instance of a zone is mirrored
        through another zone's endpoint for those minutes, or not at all where there is none.
    - `idle_minutes`: with `instances`, how long a zone may be without one before its endpoint goes, 0 to 10080. Default
      60, so that a group that is scaled to nothing for a moment changes nothing.
    - `subnet_tags`: tags of the subnets in which endpoints are preferred; a null value means that the key is present.
      Of several such subnets the one with the most free addresses is taken, and a zone without one takes any. An
      endpoint that is there stays where it is. At most 10. Default none.
    - `evacuation_tag`: `key` and `value` (null: any) of the tag that marks a subnet to be removed: its endpoint is
      moved to another subnet of the zone, or given up. Default traffic-mirror:evacuate = true.
    - `schedule_expression`: how often the function looks at everything, rate(1 minute) to rate(1 hour). Default rate(1
      minute): so long does it take to see that a new endpoint is available.
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

  validation {
    condition     = contains(["subnets", "instances"], coalesce(var.automatic.zones, "-"))
    error_message = "The attribute zones of automatic must be \"subnets\" or \"instances\"."
  }

  validation {
    condition = try(
      var.automatic.idle_minutes >= 0 && var.automatic.idle_minutes <= 10080 && floor(var.automatic.idle_minutes) == var.automatic.idle_minutes,
      false,
    )
    error_message = <<-EOT
      The attribute idle_minutes of automatic must be a whole number of minutes from 0 to 10080, a week.
    EOT
  }

  validation {
    condition     = try(length(var.automatic.subnet_tags) <= 10 && length(jsonencode(var.automatic.subnet_tags)) <= 500, false)
    error_message = <<-EOT
      The attribute subnet_tags of automatic may hold at most 10 tags, 500 characters as JSON: the function
      carries them in its environment.
    EOT
  }

  validation {
    condition     = try(can(regex("^.{1,128}$", var.automatic.evacuation_tag.key)) && !startswith(lower(var.automatic.evacuation_tag.key), "aws:"), false)
    error_message = <<-EOT
      The attribute evacuation_tag.key of automatic must be the key of a tag: 1 to 128 characters, not
      beginning with aws:, which only AWS can set.
    EOT
  }

  validation {
    condition     = can(regex("^rate\\((1 minute|1 hour|([2-9]|[1-5][0-9]|60) minutes)\\)$", var.automatic.schedule_expression))
    error_message = <<-EOT
      The attribute schedule_expression of automatic must be a rate from rate(1 minute) to rate(60 minutes)
      or rate(1 hour); EventBridge wants the singular for one.
    EOT
  }
}

variable "lambda_package" {
  description = <<-EOT
    Where the function's zip is taken from instead of this repository, for organizations whose code must come from a
    bucket of theirs.

    - `s3_bucket`: the bucket.
    - `s3_key_prefix`: what stands before `endpoints.zip` in the key. Put the version into it: a changed key is what
      makes Lambda fetch. Default empty.

    Default null: the zip in this repository.
  EOT
  type = object({
    s3_bucket     = string
    s3_key_prefix = optional(string, "")
  })
  default = null

  validation {
    condition     = var.lambda_package == null || try(length(var.lambda_package.s3_bucket) > 0, false)
    error_message = "lambda_package.s3_bucket must be the name of a bucket."
  }
}

variable "vpc_config" {
  description = <<-EOT
    Where the function is placed in a VPC, for organizations that ask for it. The API of EC2 must be reachable from there.

    - `subnet_ids`: 1 to 16, of one VPC. Give subnets of their own, a /28 each.
    - `security_group_ids`: 1 to 5.

    Default null: in no VPC, which the function does not need.
  EOT
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null

  validation {
    condition = var.vpc_config == null ? true : (
      length(var.vpc_config.subnet_ids) >= 1 && length(var.vpc_config.subnet_ids) <= 16 &&
      length(var.vpc_config.security_group_ids) >= 1 && length(var.vpc_config.security_group_ids) <= 5
    )
    error_message = "vpc_config must have 1 to 16 subnet_ids and 1 to 5 security_group_ids: Lambda takes no more."
  }

  validation {
    condition = var.vpc_config == null ? true : alltrue([
      for id in concat(var.vpc_config.subnet_ids, var.vpc_config.security_group_ids) : can(regex("^(subnet|sg)-[0-9a-f]{8,}$", id))
    ])
    error_message = <<-EOT
      vpc_config must have ids of subnets and of security groups, such as subnet-0123456789abcdef0 and
      sg-0123456789abcdef0.
    EOT
  }
}
