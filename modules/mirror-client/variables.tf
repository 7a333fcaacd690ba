# The inputs that mean the same to both modules. Those of each are generated: variables-<module>.tf. The modules check the
# values.

variable "name" {
  description = <<-EOT
    Beginning of the names of all that is made, and the value of the tag `traffic-mirror:controller` of the sessions.
    Changing it replaces everything, and removes and makes anew every session.

    Lower-case letters, digits and single hyphens, first a letter, at most 38 characters: the role
    `<name>-reconcile-<region>` must fit into IAM's 64.
  EOT
  type        = string
  nullable    = false
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
    ARN of a customer-managed KMS key for the queues, and for the functions' logs and environment. Its policy must let
    `events.amazonaws.com` and `logs.<region>.amazonaws.com` use it. Default null: keys that AWS owns, which need nothing.
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
    IAM path of every role and policy that is made: `/`, or names between slashes, such as `/network/mirroring/`. Changing
    it replaces them. Default `/`.
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
    Tags of everything that is made, the mirror sessions included.

    At most 45, and 2,500 bytes as JSON, or 1,200 characters with `endpoint_management` "automatic": the functions carry
    them in their environment, of which Lambda holds 4 KB.
    Default none.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false
}
