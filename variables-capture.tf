# Inputs of modules/capture-fleet, which checks them. Same defaults.

variable "image_id" {
  description = "Image of the nodes: an AMI id, or `resolve:ssm:<parameter>`, which is looked up at each launch. It must fit the instance types' architecture and run cloud-init, systemd and python3. Default null: the newest Debian 12 by its public parameter. Only with an AMI id can a failed instance refresh roll back by itself (EC2 Auto Scaling, RollbackInstanceRefresh)."
  type        = string
  default     = null
}

variable "root_device_name" {
  description = "Device name of the image's root volume, so that the volume which this module encrypts and sizes is that one and not a second. Default /dev/xvda, as in Debian's and Amazon Linux's images; Ubuntu's use /dev/sda1."
  type        = string
  default     = "/dev/xvda"
  nullable    = false
}

variable "root_volume_size" {
  description = "Size in GiB of each node's encrypted gp3 root volume, 8 to 16384. Default 20: the system, logs and a little captured traffic on its way to the bucket."
  type        = number
  default     = 20
  nullable    = false
}

variable "capture_instance_types" {
  description = "Instance types of the nodes, all of one architecture, preferred ones first: with several the group falls back to the next when a zone has no capacity, so give types of like size. Always on-demand. Default c6i.large: offered in most regions, no burst credits for processor time."
  type        = list(string)
  default     = ["c6i.large"]
  nullable    = false
}

variable "min_size" {
  description = "Smallest number of nodes, at least 1. Default 2, so that one node may fail. All nodes gone means that mirrored traffic is lost without an error anywhere."
  type        = number
  default     = 2
  nullable    = false
}

variable "max_size" {
  description = "Largest number of nodes, at least min_size. Default 4."
  type        = number
  default     = 4
  nullable    = false
}

variable "stickiness" {
  description = "Which fields of a mirrored packet's outer header choose its node: `source_ip_dest_ip`, `source_ip_dest_ip_proto`, or `none` for all five fields. Default source_ip_dest_ip: the load balancer sees only the outer header of the mirrored packet, whose source port may differ between the two directions of one connection, so the addresses alone keep a connection on one node; the price is that a busy source stays on one node."
  type        = string
  default     = "source_ip_dest_ip"
  nullable    = false
}

variable "cross_zone_load_balancing" {
  description = "Whether traffic may go to nodes of other zones. Default true: the nodes are one group over all zones, and without it a zone that has no healthy node loses its traffic silently. False avoids the charges for traffic between zones."
  type        = bool
  default     = true
  nullable    = false
}

variable "health_check" {
  description = "HTTP health check of the nodes: `port` (TCP, default 8080), `path` (default /healthz), `interval` and `timeout` in seconds (defaults 10 and 5: a dead node is out after about 20 s), `healthy_threshold` and `unhealthy_threshold` in consecutive answers (defaults 2), `grace_period` in seconds (default 300) from launch until a failing check replaces the node."
  type = object({
    port                = optional(number, 8080)
    path                = optional(string, "/healthz")
    interval            = optional(number, 10)
    timeout             = optional(number, 5)
    healthy_threshold   = optional(number, 2)
    unhealthy_threshold = optional(number, 2)
    grace_period        = optional(number, 300)
  })
  default  = {}
  nullable = false
}

variable "bucket_retention_days" {
  description = "Days after which captured traffic is deleted from the bucket, 1 to 3650. Default 30: packet captures are large and full of secrets, so keep them for as long as you need them and no longer."
  type        = number
  default     = 30
  nullable    = false
}

variable "bucket_force_destroy" {
  description = "Whether destroying the module deletes the captured traffic that is still in the bucket. Default false: destroying fails while the bucket holds anything, because it may be evidence."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the load balancer refuses to be deleted. Default false, so that destroy works; for production set true, and set it back and apply before destroying."
  type        = bool
  default     = false
  nullable    = false
}
