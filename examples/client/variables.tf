variable "region" {
  description = "Region of everything: the hub's, because endpoints reach services of their own region only. Default eu-west-1."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "account_id" {
  description = <<-EOT
    The client's account: with other credentials than this account's, plan fails. Default null: whatever account the
    credentials are of.
  EOT
  type        = string
  default     = null
}

variable "name" {
  description = "Name of endpoints and controller, at most 38 lower-case letters, digits and hyphens. Default traffic-mirror."
  type        = string
  default     = "traffic-mirror"
  nullable    = false
}

variable "endpoint_service_name" {
  description = "The hub's output of the same name. The hub must have this account among its `clients`."
  type        = string
  nullable    = false
}

variable "hub_event_bus_arn" {
  description = "The hub's output `event_bus_arn`: what the functions report goes on to it. Default null: reports stay in this account."
  type        = string
  default     = null
}

variable "availability_zones" {
  description = <<-EOT
    The hub's output of the same name: the zones that it serves. With it, a subnet in another zone is refused at plan.
    Default null: not checked.
  EOT
  type        = map(object({ name = optional(string), id = string }))
  default     = null
}

variable "endpoint_management" {
  description = <<-EOT
    Who makes the endpoints: `terraform` (one in each subnet of `vpcs`) or `automatic` (a function keeps one in each
    zone that needs it, also in subnets that are added later; `subnets` is then left out). Default terraform.
  EOT
  type        = string
  default     = "terraform"
  nullable    = false
}

variable "vpcs" {
  description = <<-EOT
    VPCs to mirror, by a key of your own choice.

    - `vpc_id`: the VPC.
    - `subnets`: one for each zone that the hub serves (match them by zone id), by a key of your own choice.
    - `vni`: the number under which the hub's `clients` knows this VPC.
  EOT
  type = map(object({
    vpc_id  = string
    subnets = optional(map(string), {})
    vni     = number
  }))
  nullable = false
}

variable "filter" {
  description = "What of the traffic is mirrored: mirror-client's input `filter`. Default null: all of it."
  type        = any
  default     = null
}

variable "sources" {
  description = <<-EOT
    Which interfaces are mirrored: mirror-client's input `sources`. Default: those of instances with the tag
    Mirror = true.
  EOT
  type        = any
  default     = { tags = [{ name = "marked", tags = { Mirror = "true" } }] }
}

variable "exclude" {
  description = "What is never mirrored: mirror-client's input `exclude`. Default nothing."
  type        = any
  default     = {}
}

variable "mode" {
  description = "`enforce`, `observe` (plan and count, change nothing) or `drain` (remove all sessions). Default enforce."
  type        = string
  default     = "enforce"
  nullable    = false
}

variable "guardrails" {
  description = "What keeps a mistake small: mirror-client's input `guardrails`. Default: its defaults."
  type        = any
  default     = {}
}

variable "schedule_expression" {
  description = "How often the sweep runs, or null for never. Default rate(1 minute)."
  type        = string
  default     = "rate(1 minute)"
}

variable "permissions_boundary" {
  description = "ARN of the IAM policy that bounds every role that is made. Default null: none."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "ARN of a customer-managed KMS key for queues, logs and the functions' environment. Default null: keys that AWS manages."
  type        = string
  default     = null
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
