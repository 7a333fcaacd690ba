# The inputs of the three modules, with the same names and defaults, those of each module in a file of its own
# (variables-capture.tf, variables-endpoint.tf, variables-controller.tf). The modules check the values.

variable "name" {
  description = "Beginning of the names of all that is made, and the value of the tag `traffic-mirror:controller` of the sessions. Lower-case letters, digits and single hyphens, first a letter, at most 26 characters (the capture bucket `<name>-capture-<account>-<region>` must fit into S3's 63)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 26
    error_message = "name must be 1 to 26 lower-case letters, digits and single hyphens, start with a letter and end with a letter or digit: the bucket <name>-capture-<account>-<region> must fit into the 63 characters of a bucket name."
  }
}

variable "capture_vpc_id" {
  description = "VPC of the capture fleet. It may be one of `vpcs`."
  type        = string
  nullable    = false
}

variable "capture_subnets" {
  description = "Subnets of the capture fleet, one per availability zone: a key of your own choice (it stays when ids change) to the subnet's id. Nodes get no public address, so the subnets need another way to port 443 (NAT or VPC endpoints)."
  type        = map(string)
  nullable    = false
}

variable "vpcs" {
  description = "VPCs to mirror, by a key of your own choice (it stays when ids change): `vpc_id`; `subnets`, a map from a key of your own choice to a subnet's id, one subnet per zone, each of which gets an endpoint and a mirror target (with `endpoint_management` \"automatic\" leave it out: the function chooses); `vni`, the number 1 to 16777215 by which captured traffic tells this VPC from others (default null: AWS picks one at random for each session)."
  type = map(object({
    vpc_id  = string
    subnets = optional(map(string), {})
    vni     = optional(number)
  }))
  nullable = false
}

variable "alarm_actions" {
  description = "ARNs that an alarm notifies when it rings, SNS topics as a rule. Default none: the alarms exist all the same and show in the console."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of a customer-managed KMS key for the capture bucket, the nodes' volumes, the queues, the functions' logs and their environment. Its policy must let the autoscaling service-linked role, `events.amazonaws.com` and `logs.<region>.amazonaws.com` use it; see the modules. Default null: keys that AWS manages."
  type        = string
  default     = null
}

variable "permissions_boundary" {
  description = "ARN of the IAM policy that bounds every role that is made. Default null: none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything that is made, the nodes and the mirror sessions included. Default none."
  type        = map(string)
  default     = {}
  nullable    = false
}
