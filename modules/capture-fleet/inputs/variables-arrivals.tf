# Proof of arrival: whether packets of what is mirrored come in.

variable "arrivals" {
  description = <<-EOT
    Proof of arrival: nodes count the packets that come in by endpoint, VNI and address of the mirrored interface, with
    either data path and before anything else looks at them, and hand that in each minute in a bucket of its own.

    - `count`: default true. false: nodes attach no program that counts, which saves about a tenth of a microsecond for
      each packet, and hand in nothing.

    Default null: none of it, since it costs a little for each node and gives every registered account a place to write
    in the hub. A node that cannot count is in service all the same.
  EOT
  type = object({
    count = optional(bool, true)
  })
  default = null
}
