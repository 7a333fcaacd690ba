# How traffic comes to the nodes.

variable "stickiness" {
  description = <<-EOT
    Which fields of a mirrored packet's outer header choose its node: `source_ip_dest_ip`, `source_ip_dest_ip_proto`,
    or `none` for all five fields.

    Default source_ip_dest_ip: the load balancer sees only the outer header of the mirrored packet, whose source port
    may differ between the two directions of one connection, so the addresses alone keep a connection on one node. The
    price is that a busy source stays on one node.
  EOT
  type        = string
  default     = "source_ip_dest_ip"
  nullable    = false

  validation {
    condition     = contains(["source_ip_dest_ip", "source_ip_dest_ip_proto", "none"], var.stickiness)
    error_message = <<-EOT
      stickiness must be "source_ip_dest_ip", "source_ip_dest_ip_proto" or "none" (all five fields of the
      outer header).
    EOT
  }
}

variable "cross_zone_load_balancing" {
  description = <<-EOT
    Whether traffic may go to nodes of other zones. False avoids the charges for traffic between zones (0.01 $ per GB
    on each side); use it with `group_per_zone`.

    Default true: the nodes are one group over all zones, and without it a zone that has no healthy node loses its
    traffic silently.
  EOT
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = var.cross_zone_load_balancing || var.group_per_zone || var.min_size >= length(var.subnets)
    error_message = <<-EOT
      cross_zone_load_balancing can be false only with group_per_zone, or with a min_size of at least one
      node for each of the subnets: a zone without a node would lose its traffic without an error anywhere.
    EOT
  }
}

variable "deletion_protection" {
  description = <<-EOT
    Whether the load balancer refuses to be deleted.

    Default false, so that destroy works. For production set true, and set it back and apply before destroying.
  EOT
  type        = bool
  default     = false
  nullable    = false
}
