variable "region" {
  description = "Region of everything. Default eu-west-1."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "name" {
  description = "Beginning of all names, at most 26 lower-case letters, digits and hyphens. Default traffic-mirror."
  type        = string
  default     = "traffic-mirror"
  nullable    = false
}

variable "availability_zones" {
  description = "Zones of the source VPC, two to four; the capture fleet is in the first two. Default none given: the region's first three."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = (
      length(var.availability_zones) == 0 ||
      (
        length(var.availability_zones) >= 2 &&
        length(var.availability_zones) <= 4 &&
        length(distinct(var.availability_zones)) == length(var.availability_zones)
      )
    )
    error_message = "availability_zones must be empty or name two to four zones, each once."
  }
}

variable "endpoint_zones" {
  description = <<-EOT
    In how many of the capture fleet's two zones the source VPC has an endpoint: 1 or 2. Default 2. With fewer,
    instances are mirrored to a target in another zone; going from 2 to 1 shows how sessions move before their target
    goes.
  EOT
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = contains([1, 2], var.endpoint_zones)
    error_message = "endpoint_zones must be 1 or 2."
  }
}

variable "source_tags" {
  description = <<-EOT
    Tags of the instances to mirror; a null value means that the key is present. An empty map mirrors every instance
    of the source VPC. Default Mirror = true.
  EOT
  type        = map(string)
  default     = { Mirror = "true" }
  nullable    = false
}

variable "mode" {
  description = "`enforce`, `observe` (plan and count, change nothing) or `drain` (remove all sessions). Default enforce."
  type        = string
  default     = "enforce"
  nullable    = false
}

variable "schedule_expression" {
  description = "How often the sweep runs, or null for never. Default rate(1 minute)."
  type        = string
  default     = "rate(1 minute)"
}

variable "capture_cidr_block" {
  description = "IPv4 block of the capture VPC, a /16 to /24. Default 10.64.0.0/20."
  type        = string
  default     = "10.64.0.0/20"
  nullable    = false

  validation {
    condition = (
      can(cidrsubnet(var.capture_cidr_block, 4, 0)) &&
      try(
        (
          tonumber(split("/", var.capture_cidr_block)[1]) >= 16 &&
          tonumber(split("/", var.capture_cidr_block)[1]) <= 24
        ),
        false,
      )
    )
    error_message = "capture_cidr_block must be an IPv4 block from /16 to /24."
  }
}

variable "source_cidr_block" {
  description = "IPv4 block of the source VPC, a /16 to /24. Default 10.65.0.0/16."
  type        = string
  default     = "10.65.0.0/16"
  nullable    = false

  validation {
    condition = (
      can(cidrsubnet(var.source_cidr_block, 4, 0)) &&
      try(
        tonumber(split("/", var.source_cidr_block)[1]) >= 16 && tonumber(split("/", var.source_cidr_block)[1]) <= 24,
        false,
      )
    )
    error_message = "source_cidr_block must be an IPv4 block from /16 to /24."
  }
}

variable "alarm_actions" {
  description = "ARNs that alarms notify, usually SNS topics. Default none."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags of everything. Default Project = traffic-mirror."
  type        = map(string)
  default     = { Project = "traffic-mirror" }
  nullable    = false
}
