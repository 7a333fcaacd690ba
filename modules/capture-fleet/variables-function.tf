variable "log_retention_days" {
  description = <<-EOT
    Days that the logs of the functions endpoint-map (with `capture.datapath` "bpf") and arrivals (with `arrivals`) are
    kept.

    A value that CloudWatch Logs knows (1, 3, 5, 7, 14, 30, 60, 90 … 3653), or 0 for ever. Default 30.
  EOT
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = <<-EOT
      log_retention_days must be one of 0 (for ever), 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400,
      545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653.
    EOT
  }
}
