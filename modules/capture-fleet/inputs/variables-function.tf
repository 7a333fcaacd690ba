variable "lambda_package" {
  description = <<-EOT
    Where the zips of the functions endpoint-map (with `capture.datapath` "bpf") and arrivals (with `arrivals`) are taken
    from instead of this repository, for organizations whose code must come from a bucket of theirs.

    - `s3_bucket`: the bucket.
    - `s3_key_prefix`: what stands before `endpoint-map.zip` and `arrivals.zip` in the key. Put the version into it: a
      changed key is what makes Lambda fetch. Default empty.

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
    Where the functions endpoint-map (with `capture.datapath` "bpf") and arrivals (with `arrivals`) are placed in a VPC,
    for organizations that ask for it. The APIs of EC2 and Amazon S3 (a gateway endpoint, which is free), and with
    `arrivals` that of Elastic Load Balancing, must be reachable from there.

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
