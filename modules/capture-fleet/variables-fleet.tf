# The nodes: what they are, how many, and how their number follows the traffic.

variable "image_id" {
  description = <<-EOT
    Image of the nodes: an AMI id, or `resolve:ssm:<parameter>`, which is looked up at each launch. Only with an AMI
    id can a failed instance refresh roll back by itself (EC2 Auto Scaling, RollbackInstanceRefresh).

    It must fit the instance types' architecture and run cloud-init and systemd with a kernel that has what the data
    path needs; a node that has not fails its launch. Default null: the newest Debian 13 by its public parameter; Debian 12 is
    `resolve:ssm:/aws/service/debian/release/12/latest/amd64` (or arm64).
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.image_id == null || can(regex("^(ami-[0-9a-f]+|resolve:ssm:.+)$", var.image_id))
    error_message = <<-EOT
      image_id must be null, an AMI id such as ami-0a1b2c3d4e5f60718, or resolve:ssm: followed by the
      name of a parameter.
    EOT
  }
}

variable "root_device_name" {
  description = <<-EOT
    Device name of the image's root volume, so that the volume which this module encrypts and sizes is that one and
    not a second.

    Default /dev/xvda, as in Debian's and Amazon Linux's images; Ubuntu's use /dev/sda1.
  EOT
  type        = string
  default     = "/dev/xvda"
  nullable    = false

  validation {
    condition     = can(regex("^/dev/[a-z0-9]+$", var.root_device_name))
    error_message = "root_device_name must be a device name such as /dev/xvda or /dev/sda1."
  }
}

variable "root_volume_size" {
  description = <<-EOT
    Size in GiB of each node's encrypted gp3 root volume, 8 to 16384.

    Default 20: the system, logs and a little captured traffic on its way to the bucket.
  EOT
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition = (
      var.root_volume_size >= 8 && var.root_volume_size <= 16384 &&
      floor(var.root_volume_size) == var.root_volume_size
    )
    error_message = "root_volume_size must be a whole number of GiB from 8 to 16384."
  }
}

variable "instance_types" {
  description = <<-EOT
    Instance types of the nodes, all of one architecture, preferred ones first. With several the group falls back to
    the next when a zone has no capacity, so give types of like size, or `scaling.weights`.

    On-demand unless `scaling.spot_percent` says otherwise. Default c6i.large: offered in most regions, no burst
    credits for processor time.
  EOT
  type        = list(string)
  default     = ["c6i.large"]
  nullable    = false

  validation {
    condition     = length(var.instance_types) > 0 && length(distinct(var.instance_types)) == length(var.instance_types)
    error_message = "instance_types must hold at least one instance type, and each only once."
  }

  validation {
    condition     = alltrue([for type in var.instance_types : can(regex("^[a-z][a-z0-9-]*[.][a-z0-9-]+$", type))])
    error_message = "Every entry of instance_types must be an instance type such as c6i.large."
  }

  validation {
    # EC2 names Graviton types with a g after the generation's digit (c7gn, m6g, im4gn); a1 is older than that rule.
    condition = length(distinct([
      for type in var.instance_types : can(regex("^(a1|[a-z]+[0-9]+[a-z]*g[a-z]*)[.]", type))
    ])) <= 1
    error_message = <<-EOT
      instance_types must hold types of one architecture only, either all Graviton (arm64) or none,
      because one image boots on all of them.
    EOT
  }
}

variable "min_size" {
  description = <<-EOT
    Smallest number of nodes, at least 1; with `group_per_zone` of each zone.

    Default 2, so that one node may fail. All nodes gone means that mirrored traffic is lost without an error
    anywhere.
  EOT
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.min_size >= 1 && floor(var.min_size) == var.min_size
    error_message = "min_size must be a whole number of at least 1."
  }
}

variable "max_size" {
  description = "Largest number of nodes, at least `min_size`; with `group_per_zone` of each zone. Default 4."
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = var.max_size >= var.min_size && floor(var.max_size) == var.max_size
    error_message = "max_size must be a whole number that is not smaller than min_size."
  }
}

variable "group_per_zone" {
  description = <<-EOT
    Whether each zone has an autoscaling group of its own, each of `min_size` to `max_size` nodes. Changing it
    replaces all nodes.

    - Default false: one group over all zones, with cross-zone load balancing.
    - True: each zone scales by its own traffic and is never without nodes, so that `cross_zone_load_balancing` can be
      false, which saves the charges for traffic between zones. The price is at least `min_size` nodes in every zone.
  EOT
  type        = bool
  default     = false
  nullable    = false
}
