# The inputs that mean the same to all modules. Those of each module are generated: variables-<module>.tf. The
# modules check the values.

variable "name" {
  description = <<-EOT
    Beginning of the names of all that is made, and the value of the tag `traffic-mirror:controller` of the sessions.
    Lower-case letters, digits and single hyphens, first a letter, at most 26 characters: the capture bucket
    `<name>-capture-<account>-<region>` must fit into S3's 63.
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 26
    error_message = <<-EOT
      name must be 1 to 26 lower-case letters, digits and single hyphens, start with a letter and end with a letter or
      digit: the bucket <name>-capture-<account>-<region> must fit into the 63 characters of a bucket name.
    EOT
  }
}

variable "alarm_actions" {
  description = <<-EOT
    ARNs that an alarm notifies when it fires, usually SNS topics. Default none: the alarms exist all the same and show
    in the console.
  EOT
  type        = list(string)
  default     = []
  nullable    = false
}

variable "kms_key_arn" {
  description = <<-EOT
    ARN of a customer-managed KMS key for the capture bucket, the nodes' volumes, the queues, the functions' logs and their
    environment. Its policy must let the autoscaling service-linked role, `events.amazonaws.com` and
    `logs.<region>.amazonaws.com` use it; see the modules. Default null: no key of yours (S3's own
    encryption, the account's default for volumes, else keys that AWS owns).
  EOT
  type        = string
  default     = null
}

variable "permissions_boundary" {
  description = "ARN of the IAM policy that bounds every role that is made. Default null: none."
  type        = string
  default     = null
}

variable "iam_path" {
  description = <<-EOT
    IAM path of every role, policy and instance profile that is made: `/`, or names between slashes, such as
    `/network/mirroring/`. Choose it before the first apply: a change is refused. Default `/`.
  EOT
  type        = string
  default     = "/"
  nullable    = false
}

variable "runbook_url" {
  description = <<-EOT
    Address (https) of the page that holds the sections of docs/operations.md: the description of each alarm then ends with
    the link to its section. Default null: the description names the section of docs/operations.md, since only the caller
    knows where people read the version that is applied.
  EOT
  type        = string
  default     = null
}

variable "tags" {
  description = <<-EOT
    Tags of everything that is made, the nodes and the mirror sessions included.

    At most 45, and 2,500 bytes as JSON, or 1,200 characters with `endpoint_management` "automatic": the functions carry
    them in their environment, of which Lambda holds 4 KB. Default none.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false
}
