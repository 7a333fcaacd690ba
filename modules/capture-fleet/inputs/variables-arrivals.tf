# Proof of arrival: whether packets of what is mirrored come in.

variable "arrivals" {
  description = <<-EOT
    What nodes count of the packets that arrive: by endpoint, VNI and address of the mirrored interface, with either
    data path, before anything else looks at them.

    - `count`: default true, since a node that cannot count is in service all the same, and counting takes at most a
      fifth of a microsecond of each packet. false: no program is attached, and no one can say what arrived.
  EOT
  type = object({
    count = optional(bool, true)
  })
  default  = {}
  nullable = false
}
