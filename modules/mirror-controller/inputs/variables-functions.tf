variable "lambda_package" {
  description = <<-EOT
    Where the functions' zips are taken from instead of this repository, for organizations whose code must come from a
    bucket of theirs.

    - `s3_bucket`: the bucket.
    - `s3_key_prefix`: what stands before `reconcile.zip`, `requests.zip` and `sweep.zip` in the key (in mirror-client and
      the root, with `endpoint_management` "automatic", `endpoints.zip` as well; in the root, with `datapath` "bpf",
      `endpoint-map.zip`, and with `capture_arrivals` `arrivals.zip`). Put the version into it: a changed key is what makes
      Lambda fetch. Default empty.

    Default null: the zips in this repository.
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
    Where the functions are placed in a VPC, for organizations that ask for it. The APIs of EC2, Elastic Load Balancing,
    Systems Manager, EventBridge, SQS, DynamoDB (a gateway endpoint, which is free) and, with `lifecycle_hooks`, Auto
    Scaling must be reachable from there.

    - `subnet_ids`: 1 to 16, of one VPC. Give subnets of their own, a /28 each.
    - `security_group_ids`: 1 to 5.

    Default null: in no VPC, which the functions do not need.
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

variable "memory_size" {
  description = <<-EOT
    Memory of the functions in MB; CPU grows with it.

    - `reconcile`, `requests`: 128 to 10240. Default 512, for a cold start within a second or so.
    - `sweep`: 128 to 10240. Default 1024, for a region of 10,000 interfaces, with room.
  EOT
  type = object({
    reconcile = optional(number, 512)
    requests  = optional(number, 512)
    sweep     = optional(number, 1024)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for size in values(var.memory_size) : size >= 128 && size <= 10240 && floor(size) == size])
    error_message = "memory_size.reconcile, memory_size.requests and memory_size.sweep must be whole numbers of MB from 128 to 10240."
  }
}

variable "reserved_concurrency" {
  description = <<-EOT
    Concurrent executions reserved for the functions.

    - `reconcile`: -1 (none), or at least `pace.events_maximum_concurrency`.
    - `requests`: -1 (none), or at least `pace.requests_maximum_concurrency`.
    - `sweep`: -1 (none), or at least 2, since an apply or a person may start one while the schedule's runs.

    Default -1 for each: a new account has ten in all, and reserving any of them fails there.
  EOT
  type = object({
    reconcile = optional(number, -1)
    requests  = optional(number, -1)
    sweep     = optional(number, -1)
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      var.reserved_concurrency.reconcile == -1 ||
      (
        var.reserved_concurrency.reconcile >= var.pace.events_maximum_concurrency &&
        floor(var.reserved_concurrency.reconcile) == var.reserved_concurrency.reconcile
      )
    )
    error_message = "reserved_concurrency.reconcile must be -1 or a whole number not under pace.events_maximum_concurrency."
  }

  validation {
    condition = (
      var.reserved_concurrency.requests == -1 ||
      (
        var.reserved_concurrency.requests >= var.pace.requests_maximum_concurrency &&
        floor(var.reserved_concurrency.requests) == var.reserved_concurrency.requests
      )
    )
    error_message = "reserved_concurrency.requests must be -1 or a whole number not under pace.requests_maximum_concurrency."
  }

  validation {
    condition = (
      var.reserved_concurrency.sweep == -1 ||
      (var.reserved_concurrency.sweep >= 2 && floor(var.reserved_concurrency.sweep) == var.reserved_concurrency.sweep)
    )
    error_message = <<-EOT
      reserved_concurrency.sweep must be -1 or a whole number from 2: an apply may start a sweep while the schedule's
      runs.
    EOT
  }
}
