variable "session_quota" {
  description = <<-EOT
    How many mirror sessions the account may hold in the region: for the alarm at 80 %, and for deciding by the order of
    rules when not all fit.

    A whole number from 1. Default 10000, AWS's quota; give less where several controllers share it.
  EOT
  type        = number
  default     = 10000
  nullable    = false

  validation {
    condition     = var.session_quota >= 1 && floor(var.session_quota) == var.session_quota
    error_message = "session_quota must be a whole number from 1."
  }
}
