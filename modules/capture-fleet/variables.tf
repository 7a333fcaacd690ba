variable "name" {
  description = "Name of the fleet, and the beginning of the names of all that this module makes. Lower-case letters, digits and single hyphens, beginning with a letter, at most 26 characters: the longest name made from it, the bucket's `<name>-capture-<account>-<region>`, has to stay within S3's 63."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && !startswith(var.name, "internal-")
    error_message = "The variable name must not be empty: it consists of lower-case letters, digits and single hyphens, begins with a letter, ends with a letter or digit, and does not begin with \"internal-\", which load balancers refuse."
  }

  validation {
    condition     = length(var.name) <= 26
    error_message = "The variable name is at most 26 characters long, because the bucket's name <name>-capture-<account>-<region> must stay within 63 (the load balancer's within 32, the node role's within 64)."
  }
}

variable "vpc_id" {
  description = "VPC of the fleet."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^vpc-[0-9a-f]+$", var.vpc_id))
    error_message = "The variable vpc_id must be the id of a VPC, such as vpc-0a1b2c3d4e5f60718."
  }
}

variable "subnets" {
  description = "Subnets of the fleet's VPC, one per availability zone, for the load balancer and the nodes: a key of your own choice (it stays when ids change) to the subnet's id. Nodes get no public address, so the subnets need another way to port 443 (NAT or VPC endpoints)."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnets) > 0
    error_message = "The variable subnets must hold at least one subnet, and at most one per availability zone."
  }

  validation {
    condition     = alltrue([for id in values(var.subnets) : can(regex("^subnet-[0-9a-f]+$", id))])
    error_message = "Every value of the variable subnets must be the id of a subnet, such as subnet-0a1b2c3d4e5f60718."
  }
}

variable "clients" {
  description = "Accounts that may connect endpoints to the fleet and put events on its bus: a key of your own choice to the account. The fleet's own account may be among them, and needs to be if it mirrors too. Default: none, so nobody can connect."
  type = map(object({
    account_id = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for client in values(var.clients) : can(regex("^[0-9]{12}$", client.account_id))])
    error_message = "Every account_id in the variable clients must be an AWS account id of exactly 12 digits, written as a string so that leading zeros stay."
  }

  validation {
    # EventBridge: the policy of a bus holds 10,240 characters. Principals are written with 41 characters each in the
    # longest partition; 700 are left for the rest of the document.
    condition     = length(distinct([for client in values(var.clients) : client.account_id])) * 41 + 700 <= 10240
    error_message = "The variable clients holds at most 232 different accounts, because the policy of an event bus ends at 10,240 characters."
  }
}

variable "image_id" {
  description = "Image of the nodes: an AMI id, or `resolve:ssm:<parameter>`, which is looked up at each launch. It must fit the instance types' architecture and run cloud-init, systemd and python3. Default null: the newest Debian 12 by its public parameter. Only with an AMI id can a failed instance refresh roll back by itself (EC2 Auto Scaling, RollbackInstanceRefresh)."
  type        = string
  default     = null

  validation {
    condition     = var.image_id == null || can(regex("^(ami-[0-9a-f]+|resolve:ssm:.+)$", var.image_id))
    error_message = "The variable image_id must be null, an AMI id such as ami-0a1b2c3d4e5f60718, or resolve:ssm: followed by the name of a parameter."
  }
}

variable "root_device_name" {
  description = "Device name of the image's root volume, so that the volume which this module encrypts and sizes is that one and not a second. Default /dev/xvda, as in Debian's and Amazon Linux's images; Ubuntu's use /dev/sda1."
  type        = string
  default     = "/dev/xvda"
  nullable    = false

  validation {
    condition     = can(regex("^/dev/[a-z0-9]+$", var.root_device_name))
    error_message = "The variable root_device_name must be a device name such as /dev/xvda or /dev/sda1."
  }
}

variable "root_volume_size" {
  description = "Size in GiB of each node's encrypted gp3 root volume, 8 to 16384. Default 20: the system, logs and a little captured traffic on its way to the bucket."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.root_volume_size >= 8 && var.root_volume_size <= 16384 && floor(var.root_volume_size) == var.root_volume_size
    error_message = "The variable root_volume_size must be a whole number of GiB from 8 to 16384."
  }
}

variable "instance_types" {
  description = "Instance types of the nodes, all of one architecture, preferred ones first: with several the group falls back to the next when a zone has no capacity, so give types of like size. Always on-demand. Default c6i.large: offered in most regions, no burst credits for processor time."
  type        = list(string)
  default     = ["c6i.large"]
  nullable    = false

  validation {
    condition     = length(var.instance_types) > 0 && length(distinct(var.instance_types)) == length(var.instance_types)
    error_message = "The variable instance_types must hold at least one instance type, and each only once."
  }

  validation {
    condition     = alltrue([for type in var.instance_types : can(regex("^[a-z][a-z0-9-]*[.][a-z0-9-]+$", type))])
    error_message = "Every entry of the variable instance_types must be an instance type such as c6i.large."
  }

  validation {
    # EC2 names Graviton types with a g after the generation's digit (c7gn, m6g, im4gn); a1 is older than that rule.
    condition = length(distinct([
      for type in var.instance_types : can(regex("^(a1|[a-z]+[0-9]+[a-z]*g[a-z]*)[.]", type))
    ])) <= 1
    error_message = "The variable instance_types must hold types of one architecture only, either all Graviton (arm64) or none, because one image boots on all of them."
  }
}

variable "min_size" {
  description = "Smallest number of nodes, at least 1. Default 2, so that one node may fail. All nodes gone means that mirrored traffic is lost without an error anywhere."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.min_size >= 1 && floor(var.min_size) == var.min_size
    error_message = "The variable min_size must be a whole number of at least 1."
  }
}

variable "max_size" {
  description = "Largest number of nodes, at least min_size. Default 4."
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = var.max_size >= var.min_size && floor(var.max_size) == var.max_size
    error_message = "The variable max_size must be a whole number that is not smaller than min_size."
  }
}

variable "stickiness" {
  description = "Which fields of a mirrored packet's outer header choose its node: `source_ip_dest_ip`, `source_ip_dest_ip_proto`, or `none` for all five fields. Default source_ip_dest_ip: the load balancer sees only the outer header of the mirrored packet, whose source port may differ between the two directions of one connection, so the addresses alone keep a connection on one node; the price is that a busy source stays on one node."
  type        = string
  default     = "source_ip_dest_ip"
  nullable    = false

  validation {
    condition     = contains(["source_ip_dest_ip", "source_ip_dest_ip_proto", "none"], var.stickiness)
    error_message = "The variable stickiness must be \"source_ip_dest_ip\", \"source_ip_dest_ip_proto\" or \"none\" (all five fields of the outer header)."
  }
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

  validation {
    condition     = var.health_check.port >= 1 && var.health_check.port <= 65535 && floor(var.health_check.port) == var.health_check.port
    error_message = "The attribute port of the variable health_check must be a whole number from 1 to 65535."
  }

  validation {
    condition     = can(regex("^/[A-Za-z0-9_./-]*$", var.health_check.path)) && length(var.health_check.path) <= 255
    error_message = "The attribute path of the variable health_check must begin with /, consist of letters, digits and the characters _ . / and -, and be at most 255 characters long."
  }

  validation {
    condition     = var.health_check.interval >= 5 && var.health_check.interval <= 300 && var.health_check.timeout >= 2 && var.health_check.timeout <= 120 && var.health_check.timeout < var.health_check.interval
    error_message = "In the variable health_check, interval must be from 5 to 300 seconds and timeout from 2 to 120 seconds and shorter than interval."
  }

  validation {
    condition = alltrue([
      for threshold in [var.health_check.healthy_threshold, var.health_check.unhealthy_threshold] :
      threshold >= 2 && threshold <= 10 && floor(threshold) == threshold
    ])
    error_message = "In the variable health_check, healthy_threshold and unhealthy_threshold must be whole numbers from 2 to 10."
  }

  validation {
    condition     = var.health_check.grace_period >= 0 && var.health_check.grace_period <= 7200
    error_message = "The attribute grace_period of the variable health_check must be from 0 to 7200 seconds."
  }
}

variable "bucket_retention_days" {
  description = "Days after which captured traffic is deleted from the bucket, 1 to 3650. Default 30: packet captures are large and full of secrets, so keep them for as long as you need them and no longer."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.bucket_retention_days >= 1 && var.bucket_retention_days <= 3650 && floor(var.bucket_retention_days) == var.bucket_retention_days
    error_message = "The variable bucket_retention_days must be a whole number of days from 1 to 3650."
  }
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

variable "kms_key_arn" {
  description = "ARN of a customer-managed KMS key of this region for the bucket and the nodes' volumes. Its key policy must let the autoscaling service-linked role (AWSServiceRoleForAutoScaling) use it and create grants, or no node starts. Default null: the bucket's own encryption (SSE-S3) and the account's default key for volumes."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "The variable kms_key_arn must be null or the ARN of a KMS key (arn:…:kms:…:key/…), not of an alias, because permissions need the key itself."
  }
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds the node role's permissions. Default null: none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "The variable permissions_boundary must be null or the ARN of an IAM policy (arn:…:iam::…:policy/…)."
  }
}

variable "tags" {
  description = "Tags for everything that this module makes, the nodes, their volumes and interfaces included. Default: none. The provider's default_tags do not reach what the autoscaling group launches, these do."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:") && !startswith(key, "traffic-mirror:")])
    error_message = "No key of the variable tags may begin with aws:, which AWS keeps for itself, or with traffic-mirror:, which this product does."
  }
}
