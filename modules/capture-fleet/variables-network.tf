variable "https_destinations" {
  description = <<-EOT
    Where nodes may go by HTTPS. What is not listed they cannot reach.

    - `cidr_blocks`: IPv4 blocks, such as that of the VPC when its interface endpoints serve the nodes. Default
      0.0.0.0/0: the addresses of AWS's services change, and the node role bounds what a node may ask of them.
    - `prefix_list_ids`: prefix lists by a key of your own choice, such as that of the VPC's S3 gateway endpoint.
      Default none.
  EOT
  type = object({
    cidr_blocks     = optional(list(string), ["0.0.0.0/0"])
    prefix_list_ids = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for block in var.https_destinations.cidr_blocks : can(cidrnetmask(block))])
    error_message = "Every entry of cidr_blocks in the variable https_destinations must be an IPv4 block such as 10.64.0.0/20."
  }

  validation {
    condition     = length(var.https_destinations.cidr_blocks) + length(var.https_destinations.prefix_list_ids) > 0
    error_message = "The variable https_destinations must name at least one destination: a node that cannot reach S3 cannot deliver what it captures."
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

  validation {
    condition     = alltrue([for arn in var.alarm_actions : can(regex("^arn:[a-z-]+:[a-z0-9-]+:", arn))])
    error_message = "Every entry of the variable alarm_actions must be an ARN."
  }
}

variable "runbook_url" {
  description = <<-EOT
    Address of the page that holds the sections of docs/operations.md: the description of each alarm then ends with the
    link to its section, `<runbook_url>#<section>`.

    It begins with https:// and has no fragment, at most 500 characters. Default null: the description names the section
    of docs/operations.md, since only the caller knows where people read the version that is applied.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.runbook_url == null || can(regex("^https://[^\\s/?#]+[^\\s#]*$", var.runbook_url)) && length(coalesce(var.runbook_url, "-")) <= 500
    error_message = <<-EOT
      The variable runbook_url must be null or the address of a page: https://, then no blank and no "#", since each alarm adds its own
      section, 500 characters at most.
    EOT
  }
}
