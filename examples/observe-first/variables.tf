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

variable "stage" {
  description = <<-EOT
    How far the rollout is: `observe` (nothing is mirrored), `tenth` (a tenth of the interfaces, and no more than
    max_sessions) or `all`. Default observe.
  EOT
  type        = string
  default     = "observe"
  nullable    = false

  validation {
    condition     = contains(["observe", "tenth", "all"], var.stage)
    error_message = "stage must be observe, tenth or all."
  }
}

variable "max_sessions" {
  description = "The most sessions in the stage tenth. Default 100."
  type        = number
  default     = 100
  nullable    = false
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
