variable "session_usd_per_hour" {
  description = <<-EOT
    Price of a mirror session in US dollars an hour, for the costs that an apply tells (output `apply_summary`,
    `usd_per_month`). Nothing else goes by it.

    A number from 0. Default 0.015: us-east-1 ("Amazon VPC pricing", Traffic Mirroring, as noted on 2026-11-28; not
    compared with today's page (?), and other regions have prices of their own).
  EOT
  type        = number
  default     = 0.015
  nullable    = false

  validation {
    condition     = var.session_usd_per_hour >= 0
    error_message = "session_usd_per_hour must be a number from 0."
  }
}

variable "session_quota" {
  description = <<-EOT
    How many mirror sessions this controller may hold, together with those of strangers in the account and region: for
    the alarm at 80 %, and for deciding by the order of rules when not all fit. Other controllers of this product have a
    quota of their own; their sessions count only towards the account's 10000.

    A whole number from 1. Default 10000, AWS's quota of an account; where several controllers share it, give each its
    part, 10000 in all.
  EOT
  type        = number
  default     = 10000
  nullable    = false

  validation {
    condition     = var.session_quota >= 1 && floor(var.session_quota) == var.session_quota
    error_message = "session_quota must be a whole number from 1."
  }
}
