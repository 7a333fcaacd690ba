# Inputs of modules/capture-fleet, which checks them. Same defaults.

variable "image_id" {
  description = "Image of the nodes: an AMI id, or `resolve:ssm:<parameter>`, which is looked up at each launch. It must fit the instance types' architecture and run cloud-init and systemd with a kernel that has what the data path needs; a node that has not fails its launch. Default null: the newest Debian 12 by its public parameter. Only with an AMI id can a failed instance refresh roll back by itself (EC2 Auto Scaling, RollbackInstanceRefresh)."
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
  description = "Instance types of the nodes, all of one architecture, preferred ones first: with several the group falls back to the next when a zone has no capacity, so give types of like size, or `scaling.weights`. On-demand unless `scaling.spot_percent` says otherwise. Default c6i.large: offered in most regions, no burst credits for processor time."
  type        = list(string)
  default     = ["c6i.large"]
  nullable    = false
}

variable "min_size" {
  description = "Smallest number of nodes, at least 1; with `group_per_zone` of each zone. Default 2, so that one node may fail. All nodes gone means that mirrored traffic is lost without an error anywhere."
  type        = number
  default     = 2
  nullable    = false
}

variable "max_size" {
  description = "Largest number of nodes, at least min_size; with `group_per_zone` of each zone. Default 4."
  type        = number
  default     = 4
  nullable    = false
}

variable "group_per_zone" {
  description = "Whether each zone has an autoscaling group of its own, each of `min_size` to `max_size` nodes. Default false: one group over all zones, with cross-zone load balancing. True makes each zone scale by its own traffic and never be without nodes, so that `cross_zone_load_balancing` can be false, which saves the charges for traffic between zones; the price is at least `min_size` nodes in every zone. Changing it replaces all nodes."
  type        = bool
  default     = false
  nullable    = false
}

variable "stickiness" {
  description = "Which fields of a mirrored packet's outer header choose its node: `source_ip_dest_ip`, `source_ip_dest_ip_proto`, or `none` for all five fields. Default source_ip_dest_ip: the load balancer sees only the outer header of the mirrored packet, whose source port may differ between the two directions of one connection, so the addresses alone keep a connection on one node; the price is that a busy source stays on one node."
  type        = string
  default     = "source_ip_dest_ip"
  nullable    = false
}

variable "cross_zone_load_balancing" {
  description = "Whether traffic may go to nodes of other zones. Default true: the nodes are one group over all zones, and without it a zone that has no healthy node loses its traffic silently. False avoids the charges for traffic between zones (0.01 $ per GB on each side); use it with `group_per_zone`."
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

variable "object_lock" {
  description = "Makes captured traffic undeletable for a time, as evidence may have to be: `mode`, `GOVERNANCE` (those with s3:BypassGovernanceRetention may still delete) or `COMPLIANCE` (nobody can, not even the account's root user), and `days`, at most `bucket_retention_days`. It holds for what is written from then on. Default null: none. Once it is on, a bucket's object lock cannot be switched off again (Amazon S3, \"Object Lock considerations\"): taking the input away ends the default retention for new objects only."
  type = object({
    mode = string
    days = number
  })
  default = null
}

variable "notifications" {
  description = <<-EOT
    Who is told of each object that nodes write.
    - `eventbridge` (default true): `Object Created` events of the bucket on the account's default bus, for rules of your own. They cost nothing there.
    - `queues`: SQS queues that are told directly, as most SIEMs' S3 inputs want it, by a key of your own choice: `queue_arn`, and optionally `prefix` and `suffix` of the objects' keys, such as captures/ and .json.gz. Each queue's policy must let s3.amazonaws.com send before this is applied, because S3 tries it; no two may overlap in both prefix and suffix. Default none.
  EOT
  type = object({
    eventbridge = optional(bool, true)
    queues = optional(map(object({
      queue_arn = string
      prefix    = optional(string)
      suffix    = optional(string)
    })), {})
  })
  default  = {}
  nullable = false
}

variable "deletion_protection" {
  description = "Whether the load balancer refuses to be deleted. Default false, so that destroy works; for production set true, and set it back and apply before destroying."
  type        = bool
  default     = false
  nullable    = false
}

variable "acceptance_required" {
  description = "Whether somebody must accept each connection to the endpoint service after AWS has checked that it comes from a registered account. Default false: the register is the grant, and a connection that waits for a person is a zone that is not mirrored. With true, docs/capture.md has the command that accepts registered accounts only."
  type        = bool
  default     = false
  nullable    = false
}

variable "https_destinations" {
  description = <<-EOT
    Where nodes may go by HTTPS. What is not listed they cannot reach.
    - `cidr_blocks`: IPv4 blocks, such as that of the VPC when its interface endpoints serve the nodes. Default 0.0.0.0/0: the addresses of AWS's services change, and the node role bounds what a node may ask of them.
    - `prefix_list_ids`: prefix lists by a key of your own choice, such as that of the VPC's S3 gateway endpoint. Default none.
  EOT
  type = object({
    cidr_blocks     = optional(list(string), ["0.0.0.0/0"])
    prefix_list_ids = optional(map(string), {})
  })
  default  = {}
  nullable = false
}
